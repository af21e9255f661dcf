// `dist/` under a path prefix, as a static host would serve it: nothing outside the prefix exists.
// As README.md tells hosts, other origins may load what stands in `embed/`.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const KINDS = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".md": "text/plain; charset=utf-8",
  ".yaml": "text/plain; charset=utf-8",
};

/** Serves a folder, or texts by their name, on a free loopback port; gives the address of its index and a function that ends it. */
export async function serve(what, prefix) {
  const server = createServer((request, response) => answer(what, prefix, request, response));
  await new Promise((ready, failed) => server.once("error", failed).listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { origin, url: origin + prefix, close };
}

function answer(what, prefix, request, response) {
  if (typeof what !== "string") return answerText(what, prefix, request, response);
  const file = fileFor(what, prefix, request.url);
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  const type = KINDS[extname(file)] ?? "application/octet-stream";
  const shared = request.url.startsWith(`${prefix}embed/`) ? { "access-control-allow-origin": "*" } : {};
  response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...shared });
  if (request.method === "HEAD") response.end();
  else createReadStream(file).pipe(response);
}

function answerText(texts, prefix, request, response) {
  const name = request.url.split(/[?#]/)[0].slice(prefix.length) || "index.html";
  const text = request.url.startsWith(prefix) ? texts[name] : undefined;
  const type = text === undefined ? "text/plain" : (KINDS[extname(name)] ?? "text/plain");
  response.writeHead(text === undefined ? 404 : 200, { "content-type": type }).end(text ?? "not found\n");
}

function fileFor(folder, prefix, address) {
  const path = decodeURIComponent(address.split(/[?#]/)[0]);
  if (!path.startsWith(prefix)) return null;
  const file = normalize(join(folder, path.slice(prefix.length)));
  if (file !== folder && !file.startsWith(folder + sep)) return null;
  const whole = existsSync(file) && statSync(file).isDirectory() ? join(file, "index.html") : file;
  return existsSync(whole) ? whole : null;
}
