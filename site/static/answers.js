// The boxes below exercises: judges an answer as relulab.exercises does (answers.py there), from the record that
// answer_boxes.py wrote into the page.
(function () {
  const NEAR = 5e-3;
  const FUNCTIONS = {
    sqrt: Math.sqrt, exp: Math.exp, log: Math.log, ln: Math.log, log2: Math.log2, log10: Math.log10, abs: Math.abs,
    sin: Math.sin, cos: Math.cos, tan: Math.tan, ceil: Math.ceil, floor: Math.floor, comb: binomial, binom: binomial,
    asin: Math.asin, acos: Math.acos, atan: Math.atan, arcsin: Math.asin, arccos: Math.acos, arctan: Math.atan,
    degrees: (angle) => (angle * 180) / Math.PI,
  };
  const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Infinity, infinity: Infinity, nan: NaN };
  const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|[a-z]\w*|\*\*|[-+*/^(),[\];])/iy;

  function binomial(n, k) {
    let product = 1;
    for (let place = 1; place <= k; place += 1) product = (product * (n - k + place)) / place;
    return Math.round(product);
  }

  // ---- What the reader typed: {shape, values}, or null ----

  function tokensOf(text) {
    const clean = text
      .replaceAll(/[−–]/g, "-").replaceAll(/[×·]/g, "*").replaceAll("π", "pi").replaceAll("√", "sqrt ")
      .replaceAll(/\b(?:np|numpy|math)\./g, "").trim();
    const tokens = [];
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < clean.length; ) {
      const found = TOKEN.exec(clean);
      if (!found) return null;
      tokens.push(found[1].toLowerCase());
    }
    return tokens;
  }

  function parse(text) {
    const whole = listOf(tokensOf(text));
    if (whole || /[,;]/.test(text)) return whole;
    // "1 0 2" is no expression; take it for three numbers.
    return listOf(tokensOf(text.trim().replace(/^\[(.*)\]$|^\((.*)\)$/, "$1$2").trim().split(/\s+/).join(",")));
  }

  function listOf(tokens) {
    if (!tokens?.length) return null;
    let place = 0;
    const next = () => tokens[place];
    const take = (...wanted) => (wanted.includes(next()) ? tokens[place++] : null);
    const need = (wanted) => {
      if (!take(wanted)) throw new SyntaxError(wanted);
    };

    function items(end) {
      const found = [];
      while (place < tokens.length && next() !== end) {
        found.push(sum());
        if (!take(",", ";")) break;
      }
      return found;
    }
    function sum() {
      let value = product();
      for (let sign; (sign = take("+", "-")); ) value += sign === "+" ? product() : -product();
      return value;
    }
    function product() {
      let value = signed();
      for (;;) {
        if (take("*")) value *= signed();
        else if (take("/")) value /= signed();
        else if (/^[a-z(]/.test(next() ?? "")) value *= power(); // 2 sqrt(3), 2 pi
        else return value;
      }
    }
    function signed() {
      const sign = take("+", "-");
      return sign ? (sign === "-" ? -signed() : signed()) : power();
    }
    function power() {
      const base = atom();
      return take("^", "**") ? base ** signed() : base;
    }
    function atom() {
      const token = tokens[place++];
      if (/^[\d.]/.test(token ?? "")) return Number(token);
      if (token === "(") {
        const value = sum();
        need(")");
        return value;
      }
      if (Object.hasOwn(CONSTANTS, token)) return CONSTANTS[token];
      if (!Object.hasOwn(FUNCTIONS, token)) throw new SyntaxError(token);
      if (!take("(")) return FUNCTIONS[token](power());
      const values = items(")");
      need(")");
      return FUNCTIONS[token](...values);
    }
    function bracketed() {
      if (!["[", "("].includes(tokens[0])) return null;
      place = 1;
      const end = tokens[0] === "[" ? "]" : ")";
      const values = items(end);
      need(end);
      const alone = end === ")" && values.length === 1 && tokens.at(-2) !== ",";
      return place === tokens.length && !alone ? values : null;
    }

    for (const way of [bracketed, () => items(null)]) {
      place = 0;
      try {
        const values = way();
        if (!values || place < tokens.length) continue;
        const single = way !== bracketed && values.length === 1 && ![",", ";"].includes(tokens.at(-1));
        return { shape: single ? [] : [values.length], values };
      } catch (fault) {
        if (!(fault instanceof SyntaxError)) throw fault;
      }
    }
    return null;
  }

  function numbersIn(text, shape) {
    const thousands = !shape.length && /^\s*[-+]?\d{1,3}(,\d{3})+(\.\d+)?\s*$/.test(text);
    return parse(thousands ? text.replaceAll(",", "") : text);
  }

  // ---- The verdict: null for a right answer, else a hint ----

  const flat = (value) => (Array.isArray(value) ? value : [value]);
  const shapeOf = (value) => (Array.isArray(value) ? [value.length] : []);
  const kindOf = (shape) => (shape.length ? `an array of shape (${shape[0]},)` : "a number");
  const farthest = (a, b) => a.reduce((most, value, place) => Math.max(most, Math.abs(value - b[place])), 0);

  function formFault(given, shape) {
    if (!given) return `The answer is ${kindOf(shape)}.`;
    if (String(given.shape) !== String(shape)) {
      return `The answer is ${kindOf(shape)}; this is ${kindOf(given.shape)}.`;
    }
    return given.values.every(Number.isFinite) ? null : "The answer is finite; this holds NaN or infinity.";
  }

  function numberHint(record, text) {
    const shape = shapeOf(record.right);
    const right = flat(record.right);
    const given = numbersIn(text, shape);
    const fault = formFault(given, shape);
    if (fault) return fault;
    const margin = record.tolerance * right.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    if (farthest(given.values, right) <= margin) return null;
    for (const [wrong, hint] of record.hints) {
      const same = String(shapeOf(wrong)) === String(shape);
      if (same && farthest(given.values, flat(wrong)) <= margin) return hint;
    }
    if (shape.length) {
      const wrong = right.filter((value, place) => Math.abs(given.values[place] - value) > margin).length;
      return `${wrong} of ${right.length} entries are wrong.`;
    }
    const near = Math.abs(given.values[0] - right[0]) <= NEAR * Math.abs(right[0]);
    if (right[0] % 1 && near) return "Close: give more digits.";
    return given.values[0] < right[0] ? "Too small." : "Too large.";
  }

  function meetsHint(record, text) {
    const given = numbersIn(text, record.size);
    const fault = formFault(given, record.size);
    if (fault) return fault;
    for (const { rows, low, high, least, most, hint } of record.conditions) {
      const values = rows.map((row) => row.reduce((total, entry, place) => total + entry * given.values[place], 0));
      const out = values.map((value, row) =>
        Math.max((low[row] ?? -Infinity) - value, value - (high[row] ?? Infinity)));
      const missed = out.filter((over) => over > 0).length;
      const held = rows.length - missed;
      if (held >= least && held <= most) continue;
      const worst = out.indexOf(Math.max(...out));
      const said = { missed, of: rows.length, row: worst + 1, value: Number(values[worst].toPrecision(3)) };
      return hint.replaceAll(/\{(\w+)\}/g, (_, name) => said[name]);
    }
    return null;
  }

  function choiceHint(record, text) {
    const given = text.trim().toLowerCase();
    if (given === record.right.toLowerCase()) return null;
    for (const [wrong, hint] of record.hints) if (given === wrong.toLowerCase()) return hint;
    const all = [record.right, ...record.hints.map(([wrong]) => wrong)].sort();
    return `Answer with one of ${all.map((choice) => `"${choice}"`).join(", ")}.`;
  }

  const HINTS = { number: numberHint, meets: meetsHint, choice: choiceHint };

  /** What a check says to an answer as it was typed: {right, text}. */
  function judge(record, text) {
    const hint = HINTS[record.kind](record, text);
    return hint === null
      ? { right: true, text: `Right. ${record.because}`.trim() }
      : { right: false, text: `Not yet: ${hint}` };
  }

  function decode(number, code) {
    const key = [...number].map((letter) => letter.charCodeAt(0));
    const bytes = [...atob(code)].map((letter) => letter.charCodeAt(0));
    return JSON.parse(
      String.fromCharCode(...bytes.map((byte, place) => byte ^ key[place % key.length] ^ (place % 251))));
  }

  function start(form) {
    const record = decode(form.dataset.exercise, form.dataset.answer);
    const said = form.querySelector(".answer-said");
    form.hidden = false;
    form.addEventListener("input", () => {
      delete form.dataset.said;
      said.textContent = "";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = form.querySelector("input[type=text], input:checked")?.value ?? "";
      const result = judge(record, text);
      form.dataset.said = result.right ? "right" : "wrong";
      said.textContent = text.trim() ? result.text : "Give an answer first.";
      if (result.right) {
        document.dispatchEvent(new CustomEvent("relulab:answered", { detail: form.dataset.exercise }));
      }
    });
  }

  if (typeof document !== "undefined") {
    addEventListener("DOMContentLoaded", () => document.querySelectorAll("form.answer").forEach(start));
  }
  if (typeof module !== "undefined") module.exports = { decode, judge, parse };
})();
