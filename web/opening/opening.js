// Archives, in and out, and files from an address: loaded when the first of them comes. Whatever they hold, memory and time are bounded.
//
// Gives { files: [[path, text]], refused: [[path, reason]] }; the reasons are words of the page.
import { strToU8, unzipSync, zipSync } from 'fflate';
import { untar } from './tar.js';

export const MOST_BYTES = 20e6;
const MOST_ENTRIES = 20_000;
const MOST_DEPTH = 32;
const MANIFEST = /\.(ya?ml|json)$/i;
const HIDDEN = /(^|\/)(\.|node_modules\/)/;

export async function unpack(name, bytes) {
  try {
    if (isZip(bytes)) return unzip(bytes);
    if (isGzip(bytes)) return await unpackGzip(name, bytes);
    return { files: [], refused: [[name, 'binary']] };
  } catch {
    return { files: [], refused: [[name, 'archive']] };
  }
}

export const isZip = bytes => bytes[0] === 0x50 && bytes[1] === 0x4b;
export const isGzip = bytes => bytes[0] === 0x1f && bytes[1] === 0x8b;

// Counts what comes in; says for each entry whether it is wanted.
function gate(refused) {
  let entries = 0;
  let size = 0;
  return (path, length) => {
    entries += 1;
    if (path.endsWith('/') || !MANIFEST.test(path)) return false;
    const isBad = path.startsWith('/') || path.includes('\\') || path.split('/').includes('..') || path.split('/').length > MOST_DEPTH;
    if (!isBad && HIDDEN.test(path)) return false;
    const reason = isBad ? 'path' : entries > MOST_ENTRIES || size + length > MOST_BYTES ? 'size' : null;
    if (reason) refused.push([path, reason]);
    else size += length;
    return !reason;
  };
}

function unzip(bytes) {
  const refused = [];
  const wants = gate(refused);
  // An entry that is longer than it says is cut there: the library writes into a buffer of that size.
  const found = unzipSync(bytes, { filter: it => wants(it.name, it.originalSize) });
  return texts(Object.entries(found), refused);
}

async function unpackGzip(name, bytes) {
  const plain = await inflated(bytes);
  if (!plain) return { files: [], refused: [[name, 'size']] };
  // `ustar` stands there in every tar of the last decades.
  const isTar = new TextDecoder().decode(plain.subarray(257, 262)) === 'ustar';
  if (!isTar) return texts([[name.replace(/\.gz$/i, ''), plain]], []);
  const refused = [];
  return texts(untar(plain, gate(refused)), refused);
}

// Null when it would be longer than is read at all.
async function inflated(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  return collected(reader, 4 * MOST_BYTES);
}

async function collected(reader, most) {
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function texts(entries, refused) {
  const files = [];
  for (const [path, bytes] of entries) {
    try {
      files.push([path, new TextDecoder('utf-8', { fatal: true }).decode(bytes)]);
    } catch {
      refused.push([path, 'binary']);
    }
  }
  return { files, refused };
}

// The files as one archive, each text under its path.
export function pack(files) {
  return zipSync(Object.fromEntries(files.map(([path, text]) => [path, strToU8(text)])));
}

// What stands at an address: of this origin, else by a frame that alone may speak to others.
export async function source(address) {
  const url = new URL(address, document.baseURI);
  const name = decodeURIComponent(url.pathname.split('/').pop() || 'source.yaml').replaceAll('/', '-');
  const { bytes, refused } = url.origin === location.origin ? await read(url) : await framed(url);
  if (!bytes) return { files: [], refused: [[url.href, refused]] };
  if (isZip(bytes) || isGzip(bytes)) return unpack(name, bytes);
  return texts([[MANIFEST.test(name) ? name : `${name}.yaml`, bytes]], []);
}

async function read(url) {
  try {
    const response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
    if (!response.ok) return { refused: 'status' };
    const bytes = await collected(response.body.getReader(), MOST_BYTES);
    return bytes ? { bytes } : { refused: 'size' };
  } catch {
    return { refused: 'closed' };
  }
}

function framed(url) {
  if (!/^https?:$/.test(url.protocol)) return { refused: 'closed' };
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.sandbox = 'allow-scripts';
  frame.src = `fetch.html#${encodeURIComponent(url.href)}`;
  return new Promise(done => {
    const end = found => {
      removeEventListener('message', hear);
      clearTimeout(patience);
      frame.remove();
      done(found);
    };
    const hear = event => {
      if (event.source !== frame.contentWindow) return;
      const { bytes, refused } = event.data ?? {};
      end(bytes instanceof Uint8Array && bytes.length <= MOST_BYTES ? { bytes } : { refused: ['size', 'status'].includes(refused) ? refused : 'closed' });
    };
    const patience = setTimeout(() => end({ refused: 'closed' }), 20_000);
    addEventListener('message', hear);
    document.body.append(frame);
  });
}
