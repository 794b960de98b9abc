// The file that Verdict.save writes: one line with the SHA-256 of the rest, one line of JSON, and numbers.
// Nothing of it is executed. Fields and arrays come out as they are stored, arrays as { shape, numbers }.

function certificateFiles() {
  "use strict";

  const SIZES = { float64: 8, int64: 8, bool: 1 };
  const LARGEST = 1 << 26;

  function read(bytes) {
    if (bytes.length > LARGEST) throw new Error("it is larger than 64 MB: use relulab check");
    const end = bytes.indexOf(10), words = text(bytes.subarray(0, Math.max(0, Math.min(end, 200)))).split(" ");
    if (end < 0 || words.length !== 4 || words[0] !== "relulab" || words[1] !== "file") throw new Error("not a relulab file");
    if (words[2] !== "1") throw new Error(`version ${words[2]} of the format, and this page reads version 1`);
    const rest = bytes.subarray(end + 1);
    if (sha256(rest) !== words[3]) throw new Error("cut short, damaged or edited: its digest is another");
    const line = rest.indexOf(10);
    let header;
    try {
      header = JSON.parse(text(rest.subarray(0, line)));
    } catch {
      throw new Error("its header is wrong");
    }
    if (header?.kind !== "verdict") throw new Error(`it holds ${JSON.stringify(header?.kind)}, not a verdict`);
    return { fields: header.fields, arrays: arrays(header.arrays, rest.subarray(line + 1)) };
  }

  const text = (bytes) => new TextDecoder("utf-8").decode(bytes);

  function arrays(listed, data) {
    const view = new DataView(data.buffer, data.byteOffset, data.length), found = {};
    let start = 0;
    for (const { name, type, shape } of listed) {
      if (!Object.hasOwn(SIZES, type) || !shape.every((k) => Number.isInteger(k) && k >= 0)) {
        throw new Error(`array ${name}: of no known type or shape`);
      }
      const count = shape.reduce((a, b) => a * b, 1), width = SIZES[type];
      if (start + count * width > data.length) throw new Error(`array ${name} is longer than the file`);
      const at = (k) => start + k * width;
      const value = {
        float64: (k) => view.getFloat64(at(k), true),
        int64: (k) => Number(view.getBigInt64(at(k), true)),
        bool: (k) => data[at(k)],
      }[type];
      const numbers = Array.from({ length: count }, (_, k) => value(k));
      if (!numbers.every(Number.isFinite)) throw new Error(`array ${name}: a number is not finite`);
      if (type === "bool" && numbers.some((bit) => bit > 1)) throw new Error(`array ${name}: bytes other than 0 and 1`);
      found[name] = { shape, numbers };
      start += count * width;
    }
    if (start !== data.length) throw new Error("bytes follow the last array");
    return found;
  }

  // SHA-256 (FIPS 180-4), since the browser's own is not there on every page.
  function sha256(bytes) {
    const [roots, first] = constants();
    const blocks = Math.ceil((bytes.length + 9) / 64), padded = new Uint8Array(64 * blocks);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer), w = new Uint32Array(64), state = Uint32Array.from(first);
    view.setBigUint64(64 * blocks - 8, BigInt(bytes.length) * 8n);
    const turn = (x, k) => (x >>> k) | (x << (32 - k));
    for (let block = 0; block < blocks; block++) {
      for (let t = 0; t < 64; t++) {
        const a = w[t - 15], b = w[t - 2];
        w[t] = t < 16 ? view.getUint32(64 * block + 4 * t)
          : w[t - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[t - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let t = 0; t < 64; t++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + roots[t] + w[t]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((x, k) => { state[k] += x; });
    }
    return Array.from(state, (x) => x.toString(16).padStart(8, "0")).join("");
  }

  // The first 32 bits behind the point of the cube roots of the first 64 primes, and of 8 square roots: exact.
  function constants() {
    const primes = [];
    for (let p = 2; primes.length < 64; p++) if (primes.every((q) => p % q)) primes.push(p);
    const below = (p, power) => {
      let low = 0n, high = 1n << 40n;
      const target = BigInt(p) << BigInt(32 * power);
      while (high - low > 1n) {
        const middle = (low + high) >> 1n;
        if (middle ** BigInt(power) <= target) low = middle;
        else high = middle;
      }
      return Number(low & 0xffffffffn);
    };
    return [primes.map((p) => below(p, 3)), primes.slice(0, 8).map((p) => below(p, 2))];
  }

  return { read, sha256 };
}
