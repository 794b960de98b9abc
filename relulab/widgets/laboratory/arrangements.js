// All cells into which rows cut space, each with a gate inside it: every pattern that a gate can have.

function arrangements(lab) {
  "use strict";

  const { dot, norm, unit, addTo, largest, svd, allOnesGate, signsOf } = lab;

  const SAME = 1e-12; // unit rows this near to each other point in one direction
  const ONE = 1e-12, TWO = 1e-9; // what is nearer than the first is taken as one, further than the second as two
  const RANK = 1e-13, MET = 1e-9; // singular values over the largest that are zero; what equations may lack
  const INSIDE = 1e-11; // how far from all borders a gate is inside its cell

  // Directions of the rows that say something: zero rows, and rows that point where an earlier one does, are left out.
  // What is divided by a positive number changes no pattern, no network and no cost.
  function evenly(X) {
    const kept = [], rows = [], sizes = [];
    for (let i = 0; i < X.n; i++) {
      const x = X.data.slice(i * X.d, (i + 1) * X.d), top = largest(x.map(Math.abs));
      if (top === 0) continue;
      const scaled = x.map((value) => value / top), length = norm(scaled), row = unit(scaled, length);
      if (rows.some((other) => other.every((value, k) => Math.abs(value - row[k]) <= SAME))) continue;
      kept.push(i);
      rows.push(row);
      sizes.push(top * length);
    }
    return { rows, kept, sizes };
  }

  // An orthonormal basis of what is orthogonal to a unit vector.
  function across(x) {
    const basis = [x], d = x.length, first = Array.from(x, Math.abs);
    const order = first.map((_, k) => k).sort((a, b) => first[a] - first[b]);
    for (const k of order.slice(0, d - 1)) {
      const q = new Float64Array(d);
      q[k] = 1;
      for (let pass = 0; pass < 2; pass++) for (const other of basis) addTo(q, -dot(other, q), other);
      basis.push(unit(q));
    }
    return basis.slice(1);
  }

  // The middles of the sectors in the plane.
  function sectorsOf(rows, state) {
    const turn = 2 * Math.PI;
    const borders = rows.flatMap(([a, b]) => [Math.atan2(a, -b), Math.atan2(-a, b)]).map((t) => (t + turn) % turn);
    borders.sort((s, t) => s - t);
    const distinct = borders.filter((t, k) => {
      const gap = k === 0 ? turn : t - borders[k - 1];
      if (gap > ONE && gap < TWO) state.sure = false;
      return gap > ONE;
    });
    if (distinct.length > 1 && distinct[0] + turn - distinct.at(-1) <= ONE) distinct.pop();
    return distinct.map((from, k) => {
      const middle = (from + (distinct[k + 1] ?? distinct[0] + turn)) / 2;
      return Float64Array.of(Math.cos(middle), Math.sin(middle));
    });
  }

  // A gate in every cell of rows, none zero, in dimension d. Row after row: the cells that its border cuts are the
  // cells of the others' traces on it.
  function gatesOf(rows, d, state) {
    if (rows.length === 0) return [Float64Array.from({ length: d }, (_, k) => +(k === 0))];
    if (d === 1) return [Float64Array.of(1), Float64Array.of(-1)];
    if (d === 2) return sectorsOf(rows, state);
    let gates = gatesOf([], d, state);
    rows.forEach((x, k) => {
      const before = rows.slice(0, k), basis = across(x), traces = [], crossing = [];
      for (const other of before) {
        const trace = Float64Array.from(basis, (q) => dot(q, other)), length = norm(trace);
        if (length > ONE && length < TWO) state.sure = false;
        if (length <= ONE) return; // parallel to an earlier row: nothing new is cut
        traces.push(unit(trace, length));
        crossing.push(dot(x, other));
      }
      const key = (gate) => before.reduce((bits, other, i) => bits + (dot(other, gate) >= 0 ? 2 ** i : 0), 0);
      const places = new Map(gates.map((gate, j) => [key(gate), j])), next = gates.slice();
      for (const inside of gatesOf(traces, d - 1, state)) {
        const on = new Float64Array(d);
        basis.forEach((q, i) => addTo(on, inside[i], q));
        const room = before.reduce((least, other, i) => Math.min(least, Math.abs(dot(other, on)) / Math.max(Math.abs(crossing[i]), 0.5)), 1);
        if (room < INSIDE) state.sure = false;
        const [here, there] = [1, -1].map((side) => unit(on.map((value, i) => value + (side * room * x[i]) / 2)));
        const place = places.get(key(on));
        if (place === undefined) {
          state.sure = false;
          next.push(here, there);
          continue;
        }
        const side = dot(x, gates[place]);
        if (side > room / 2) next.push(there);
        else if (side < -room / 2) next.push(here);
        else {
          next[place] = here;
          next.push(there);
        }
      }
      gates = next;
    });
    return gates;
  }

  // Gates and patterns of all cells, the one with no row active left out; `sure` unless rounding may have lost one.
  function everyPattern(rows, d) {
    const state = { sure: true }, gates = gatesOf(rows, d, state), seen = new Set(), patterns = [], kept = [];
    for (const gate of gates) {
      const products = rows.map((x) => dot(x, gate));
      if (products.some((value) => Math.abs(value) < INSIDE)) state.sure = false;
      const bits = Uint8Array.from(products, (value) => +(value >= 0)), word = bits.join("");
      if (seen.has(word)) state.sure = false;
      seen.add(word);
      if (!bits.includes(1)) continue;
      patterns.push(bits);
      kept.push(gate);
    }
    return { patterns, gates: kept, sure: state.sure };
  }

  // The sign of x^T w in exact arithmetic, each number being a whole one times a power of two.
  function exactSign(x, w) {
    const whole = (value) => {
      const power = value === 0 ? 0 : Math.max(-1074, Math.floor(Math.log2(Math.abs(value))) - 53);
      const half = Math.trunc(power / 2);
      return [BigInt(value * 2 ** -half * 2 ** (half - power)), power];
    };
    const terms = Array.from(x, (value, k) => [whole(value), whole(w[k])]);
    const least = terms.reduce((low, [[, a], [, b]]) => Math.min(low, a + b), 0);
    const total = terms.reduce((sum, [[a, e], [b, f]]) => sum + ((a * b) << BigInt(e + f - least)), 0n);
    return total > 0n ? 1 : total < 0n ? -1 : 0;
  }

  // 1 or -1 where all labels are of that sign or zero, in exact arithmetic; else 0.
  function oneSign(X, w) {
    const signs = Array.from({ length: X.n }, (_, i) => exactSign(X.data.subarray(i * X.d, (i + 1) * X.d), w));
    return signs.every((sign) => sign >= 0) ? 1 : signs.every((sign) => sign <= 0) ? -1 : 0;
  }

  // A row along the plant, with its sign; null where there is none.
  function alongPlant(rows, w) {
    const plant = unit(w), products = rows.map((x) => dot(x, plant));
    const i = products.reduce((best, value, k) => (Math.abs(value) > Math.abs(products[best] ?? 0) ? k : best), 0);
    if (!rows.length || norm(rows[i].map((value, k) => value - products[i] * plant[k])) > 1e-14) return null;
    return { i, sign: Math.sign(products[i]) };
  }

  // A gate that is active on every row with a label: there the planted weights have a twin.
  function twinOf(rows, d, w) {
    const labeled = rows.filter((x, i) => signsOf([x], w)[0] !== 0);
    return labeled.length ? allOnesGate(lab.fromRows(labeled)) : null;
  }

  // The unit plant's part in the row space, and the cost of a network that has that part alone; null where nothing is lost.
  function shadowOf(rows, plant) {
    const { s, V } = rows.length ? svd(lab.fromRows(rows)) : { s: [], V: [] };
    const skip = new Float64Array(plant.length), lost = plant.slice();
    for (let k = 0; k < s.length && s[k] > RANK * s[0]; k++) addTo(skip, dot(V[k], plant), V[k]);
    addTo(lost, -1, skip);
    return norm(lost) > MET ? { skip, cost: norm(skip) } : null;
  }

  return { evenly, everyPattern, shadowOf, oneSign, alongPlant, twinOf, exactSign };
}
