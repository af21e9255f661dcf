// The files of a tar. Own code: the small libraries do not read the `prefix` of ustar, which charts need for long paths,
// and can be kept busy for ever by a negative size.

const BLOCK = 512;
const ascii = new TextDecoder('latin1');
const utf8 = new TextDecoder();

// Calls `wants(path, size)` for each file, and gives [path, bytes] of those that are wanted.
export function untar(bytes, wants) {
  const found = [];
  let longPath = null;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + BLOCK);
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    const end = start + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > bytes.length) throw new Error('the archive is cut short');
    const type = String.fromCharCode(header[156] || 48);
    const body = bytes.subarray(start, end);
    if (type === 'x') longPath = paxPath(body) ?? longPath;
    else if (type === 'L') longPath = text(body, 0, size);
    else {
      const path = (longPath ?? pathOf(header)).replace(/^(\.\/)+/, '');
      if ((type === '0' || type === '7') && wants(path, size)) found.push([path, body]);
      longPath = null;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}

function pathOf(header) {
  const prefix = text(header, 345, 155);
  const name = text(header, 0, 100);
  return prefix && text(header, 257, 5) === 'ustar' ? `${prefix}/${name}` : name;
}

function paxPath(body) {
  return /(?:^|\n)\d+ path=([^\n]*)/.exec(utf8.decode(body))?.[1];
}

function text(bytes, from, length) {
  const part = bytes.subarray(from, from + length);
  const end = part.indexOf(0);
  return utf8.decode(end < 0 ? part : part.subarray(0, end));
}

function octal(bytes, from, length) {
  const digits = ascii.decode(bytes.subarray(from, from + length)).replace(/[\0 ]+/g, ' ').trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : NaN;
}
