// Starts the page: Trunk names its module and its WebAssembly in the head. No script stands in the page itself,
// so the content security policy can refuse every script that is not a file of ours.
const address = selector => document.querySelector(selector)?.href;
const bindings = await import(address('link[rel="modulepreload"]'));
await bindings.default({ module_or_path: address('link[rel="preload"][type="application/wasm"]') });
