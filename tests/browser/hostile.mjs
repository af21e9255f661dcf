// What an attacker would send. Every payload that could run a script calls `hacked.push(...)`; `watchForScripts` finds that,
// and each attempt that the content security policy stopped. Add a line here, and security.test.mjs tries it.

import { deflateRawSync } from "node:zlib";

const IMG = "<img src=x onerror=hacked.push('img')>";
const SCRIPT = "</script><script>hacked.push('script')</script>";
const LINK = "javascript:hacked.push('link')";
const BIDI = "\u202Ekcah\u202C\u2066\u200B";

/** Texts that are put where names, hosts, labels, annotations and messages go. */
export const WORDS = {
  "an image with a handler": IMG,
  "a script that closes another": SCRIPT,
  "an SVG with a handler": "<svg/onload=hacked.push('svg')><use href='data:image/svg+xml,x'>",
  "a javascript address": LINK,
  "a template of another language": "{{constructor.constructor('hacked.push(1)')()}} ${hacked.push(2)} <%= 1 %>",
  "quotes and ends of comments": "\"'`-->*/]]>&quot;&#39;",
  "letters that run backwards": BIDI,
  "names of the prototype": "__proto__",
  "a style": "x;} * { background: url(https://evil.example/css) } /*",
};

/** A whole workspace with a word at every place that the page shows. */
export function manifests(word) {
  const value = JSON.stringify(word);
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${value}, namespace: ${value}, annotations: {${value}: ${value}}}
spec:
  ingressClassName: ${value}
  rules:
    - host: ${value}
      http: {paths: [{path: ${value}, pathType: ${value}, backend: {service: {name: ${value}, port: {name: ${value}}}}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${value}}
spec: {hosts: [${value}, shop.example.kr], gateways: [${value}], http: [{match: [{uri: {prefix: ${value}}}], route: [{destination: {host: ${value}}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${value}, labels: {${value}: ${value}}}
spec: {selector: {${value}: ${value}}, ports: [{port: 80, name: ${value}, targetPort: ${value}}]}
---
apiVersion: ${value}
kind: ${value}
${value}: [${value}
`;
}

/** Texts that could cost time or memory without end. */
export const BOMBS = {
  "10,000 lists in one another": "[".repeat(10_000),
  "10,000 mappings in one another": "{a: ".repeat(10_000),
  "10,000 levels of blocks": Array.from({ length: 10_000 }, (_, at) => `${" ".repeat(at % 500)}a:`).join("\n"),
  "aliases of aliases": `a0: &a0 [x]\n${Array.from({ length: 60 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(10)}]`).join("\n")}\n`,
  "an alias of itself": "a: &a [*a]\nb: &b {<<: *b}\n",
  "nothing but documents": "---\n".repeat(50_000),
  "one line of a megabyte": `a: "${"x".repeat(1 << 20)}"`,
  "NUL and controls": "kind: Service\u0000\u0001\u0008\u001b[31m\nmetadata: {name: \"a\\0b\"}\n",
  "half a surrogate and marks": "\uFEFFkind: \uD800\uFFFF\u2028x\u2029",
  "a pattern that backtracks": `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {hosts: ['*'], http: [{match: [{uri: {regex: '(${"(a*)*".repeat(50)})*$'}}]}]}\n`,
};

/** Names of files, as a person may drop them. */
export const NAMES = [
  `${IMG}.yaml`, `${SCRIPT.replaceAll("/", "")}.yaml`, `${LINK}.yaml`, `${BIDI}.yaml`, "__proto__.yaml", "constructor.yaml",
  `${"a".repeat(200)}.yaml`, "\"><svg onload=hacked.push(1)>.yaml", "한글 이름 & 'quotes'.yaml",
];

const packed = (text) => `#1.${deflateRawSync(text, { level: 9 }).toString("base64url")}`;

/** What follows the address of the page. Nothing of it may run, leave the origin, or keep the page from starting. */
export const LINKS = [
  "#", "#%", `#${IMG}`, `#${encodeURIComponent(SCRIPT)}`, `#${LINK}`, "#__proto__=1&constructor=2",
  `#embed=1&origin=${encodeURIComponent(LINK)}`, `#embed=1&origin=*&language=${encodeURIComponent(IMG)}&theme=${encodeURIComponent(IMG)}`,
  `#embed=1&request=${encodeURIComponent(`GET ${LINK}`)}`, `#embed=1&request=${"a".repeat(100_000)}`, `#${"%00".repeat(1_000)}`,
  `#w=${"A".repeat(1 << 20)}`, "#1.", "#1.%%%", "#1.AAAA", "#99.AAAA", `#1.${"A".repeat(1 << 20)}`,
  packed("null"), packed("[".repeat(100_000)), packed(JSON.stringify({ files: 7 })), packed(`{"name":"${"a".repeat(64 << 20)}"}`),
  packed(JSON.stringify({ name: IMG, open: IMG, files: { [IMG]: manifests(IMG), [LINK]: manifests(LINK), "../../up.yaml": "a: b", "": "", "a\u0000b": "" } })), `?${encodeURIComponent(IMG)}`, `?__proto__[x]=1#${"=&".repeat(5_000)}`,
];

/** What a page around a frame may say over the port. Each is refused whole. */
export const MESSAGES = [
  "", "null", "{}", "[]", "\"text\"", "[".repeat(100_000), "{\"type\":\"connect\",\"podpath\":1}",
  JSON.stringify({ type: "eval", code: "hacked.push(1)" }),
  JSON.stringify({ type: "set" }),
  JSON.stringify({ type: "set", settings: { files: [IMG] } }),
  JSON.stringify({ type: "set", settings: { files: { "a.yaml": { toString: IMG } } } }),
  JSON.stringify({ type: "set", settings: { html: IMG } }),
  JSON.stringify({ type: "set", settings: { files: { "a\u0000b": "" } } }),
  JSON.stringify({ type: "set", settings: { theme: IMG } }),
  JSON.stringify({ type: "set", settings: { request: "a".repeat(1 << 20) } }),
  JSON.stringify({ type: "set", settings: { files: { "a.yaml": "a".repeat(9 << 20) } } }),
  JSON.stringify({ type: "set", settings: { files: Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`${at}.yaml`, ""])) } }),
];

/** From here on `hacked` holds every script that ran, and everything that the page's policy had to stop. */
export function watchForScripts(context) {
  return context.addInitScript(() => {
    globalThis.hacked = [];
    globalThis.stopped = [];
    globalThis.alert = (text) => globalThis.hacked.push(text);
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.stopped.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
}

/** What ran or was stopped in any frame of a page. */
export async function incidents(page) {
  const found = await Promise.all(page.frames().map((frame) => frame.evaluate(() => [...globalThis.hacked, ...globalThis.stopped])));
  return found.flat();
}
