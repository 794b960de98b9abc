// A dual vector of rows in the plane as two zonotopes, and h, the distance between them.
//   h(lambda) = max over unit u of |lambda^T (Xu)_+|; lambda_i [0, x_i] has support function lambda_i (x_i^T u)_+.

const SURE = 1e-9, CLOSE = 1e-6; // how far from 1 an h, and the least h, must be to be told from it
const FAR = 1e4, LEFT = 1e-7;

const combine = (parts, rows) => [0, 1].map((k) => rows.reduce((sum, x, i) => sum + parts[i] * x[k], 0));

// v with a^T v = s and b^T v = t.
const meet = ([a, c], [b, d], s, t) => [(s * d - t * c) / (a * d - b * c), (a * t - b * s) / (a * d - b * c)];

// lambda = X (X^T X)^{-1} w from X = QR, or null where X^T X is singular.
function dualOf(rows, w) {
  const [first, second] = [0, 1].map((k) => rows.map((x) => x[k])), least = 1e-10 * sized(rows.flat());
  const r = sized(first);
  if (!(r > least)) return null;
  const q = toUnit(first), across = inner(q, second), rest = plus(second, q, -across), s = sized(rest);
  if (!(s > least)) return null;
  const z = w[0] / r;
  return plus(q.map((v) => z * v), rest, (w[1] - across * z) / s / s);
}

const sectorsOf = (rows) => sectors(rows.filter((x) => sized(x) > 0).map(toUnit));

// h and a unit u where it is attained, with the sign of lambda^T (Xu)_+ there. Within a sector that function of u
// is g^T u, so that its extremes are at the sector's ends or along g.
function distance(rows, dual, cells = sectorsOf(rows)) {
  let h = 0, best = [1, 0], sign = 1;
  const consider = (a, b) => {
    let value = 0;
    for (let i = 0; i < rows.length; i++) value += dual[i] * Math.max(0, rows[i][0] * a + rows[i][1] * b);
    if (Math.abs(value) > h) [h, best, sign] = [Math.abs(value), [a, b], Math.sign(value)];
  };
  for (const { from, gate } of cells) {
    consider(Math.cos(from), Math.sin(from));
    let [a, b] = [0, 0];
    for (let i = 0; i < rows.length; i++) {
      if (rows[i][0] * gate[0] + rows[i][1] * gate[1] > 0) [a, b] = [a + dual[i] * rows[i][0], b + dual[i] * rows[i][1]];
    }
    const size = Math.hypot(a, b);
    if (size > 0) {
      consider(a / size, b / size);
      consider(-a / size, -b / size);
    }
  }
  return { h, u: best, sign };
}

// The zonotope of the rows whose lambda has this sign: its corners in order, and each edge with the row that it is.
function zonotope(rows, dual, sign) {
  const parts = rows.map((x, i) => ({ i, v: x.map((c) => Math.max(0, sign * dual[i]) * c) })).filter(({ v }) => sized(v) > 0);
  let corner = [0, 0];
  const up = parts.map(({ i, v }) => {
    if (v[1] > 0 || (v[1] === 0 && v[0] > 0)) return { i, v };
    corner = plus(corner, v);
    return { i, v: v.map((c) => -c) };
  }).sort((a, b) => Math.atan2(a.v[1], a.v[0]) - Math.atan2(b.v[1], b.v[0]));
  const edges = [1, -1].flatMap((way) => up.map(({ i, v }) => {
    const from = corner;
    corner = plus(corner, v, way);
    return { i, from, to: corner };
  }));
  return { corners: edges.length ? edges.map(({ from }) => from) : [corner], edges };
}

// The point of that zonotope which lies farthest along u.
const farthest = (rows, dual, sign, u) =>
  combine(dual.map((part, i) => (sign * part > 0 && inner(rows[i], u) > 0 ? Math.abs(part) : 0)), rows);

function eliminated(matrix, right) {
  const m = right.length, a = matrix.map((row, i) => [...row, right[i]]);
  for (let k = 0; k < m; k++) {
    const p = a.reduce((top, row, i) => (i > k && Math.abs(row[k]) > Math.abs(a[top][k]) ? i : top), k);
    [a[k], a[p]] = [a[p], a[k]];
    for (let i = 0; i < m; i++) {
      const rate = i === k ? 0 : a[i][k] / a[k][k];
      if (rate !== 0) for (let c = k; c <= m; c++) a[i][c] -= rate * a[k][c];
    }
  }
  return a.map((row, i) => row[m] / row[i]);
}

// The least h over all lambda with X^T lambda = w, and such a lambda; null where it is not found. By exchange: t
// bounds +-lambda^T (Xu)_+ for a few u, and while another u breaks the bound it takes the place of one of them, as
// in the simplex method. The lambda of two rows that span the plane follow from the others, z, kept from going FAR
// by walls until u have taken their places. As h(lambda) >= (w^T w) / 2, with u = w and -w, no h is below 1/2.
function bestDual(rows, w) {
  const start = dualOf(rows, w);
  if (!start) return null;
  const lengths = rows.map(sized), units = rows.map((x) => (sized(x) > 0 ? toUnit(x) : x)), n = rows.length, cells = sectorsOf(units);
  const pairs = units.flatMap((a, i) => units.slice(0, i).map((b, j) => ({ i, j, area: Math.abs(a[0] * b[1] - a[1] * b[0]) })));
  const { i, j } = pairs.reduce((a, b) => (b.area > a.area ? b : a));
  const free = units.map((_, k) => k).filter((k) => k !== i && k !== j && lengths[k] > 0);
  const center = start.map((part, k) => part * lengths[k]);

  const cut = ({ u, sign }) => {
    const seen = units.map((x) => sign * Math.max(0, inner(x, u))), v = meet(units[i], units[j], seen[i], seen[j]);
    return { column: [...free.map((k) => inner(units[k], v) - seen[k]), 1], price: inner(w, v) };
  };
  const wholly = (z) => {
    const dual = Array(n).fill(0);
    free.forEach((k, at) => (dual[k] = z[at]));
    const [x, y] = plus(w, combine(dual, units), -1), [a, b] = [units[i], units[j]];
    [dual[i], dual[j]] = meet([a[0], b[0]], [a[1], b[1]], x, y);
    return dual;
  };

  let found = distance(units, center, cells), best = { h: found.h, dual: center }, settled = false;
  const first = cut(found);
  const basis = [first, ...free.map((k, at) => {
    const side = first.column[at] > 0 ? -1 : 1;
    return { column: [...free.map((_, other) => (other === at ? side : 0)), 0], price: side * center[k] - FAR, wall: true };
  })];
  const goal = [...free.map(() => 0), 1];
  for (let step = 0; step < 200 && !settled; step++) {
    const z = eliminated(basis.map(({ column }) => column), basis.map(({ price }) => price)), t = z.pop();
    const dual = wholly(z);
    found = distance(units, dual, cells);
    if (found.h < best.h) best = { h: found.h, dual };
    const next = cut(found), matrix = goal.map((_, row) => basis.map(({ column }) => column[row]));
    const now = eliminated(matrix, goal), turn = eliminated(matrix, next.column);
    settled = best.h - Math.max(t, 0.5) < LEFT && basis.every(({ wall }, k) => !wall || now[k] < 1e-9);
    const out = turn.reduce((least, rate, k) =>
      (rate > 1e-9 && (least < 0 || now[k] / rate < now[least] / turn[least]) ? k : least), -1);
    if (out < 0) break;
    basis[out] = next;
  }
  return settled ? { h: best.h, dual: best.dual.map((part, k) => (lengths[k] > 0 ? part / lengths[k] : 0)) } : null;
}

// Two decimals, or as many as it takes to tell a number from 1.
function numeral(x) {
  const gap = Math.abs(x - 1);
  return gap < SURE ? "1" : x.toFixed(Math.max(2, Math.ceil(-Math.log10(gap))));
}

function verdictOf(h) {
  return h < 1 - SURE
    ? [`h = ${numeral(h)} < 1:`, "the linear neuron is the only solution, over all patterns."]
    : [`h = ${numeral(h)}:`, "this dual vector does not prove it."];
}

// What the least h says beside the h of one dual vector, and labels of one sign beside both.
function bestWords(h, least, labels) {
  const best = "The best of all dual vectors has h =";
  if (h < 1 - SURE) return `${best} ${numeral(least)}.`;
  if (least < 1 - CLOSE) return `${best} ${numeral(least)} < 1, and that one proves it: the linear neuron is the only solution.`;
  const one = labels.every((y) => y >= -1e-12) || labels.every((y) => y <= 1e-12)
    ? " All labels have one sign: a single ReLU neuron gives them too, at the linear neuron's cost." : "";
  return least > 1 + CLOSE
    ? `${best} ${numeral(least)} > 1, so none proves it: another network gives the same labels for less.${one}`
    : `${best} 1: no network gives these labels for less.${one || " Whether another does at the same cost, h does not tell."}`;
}

// Gaussian rows, the same for everybody under the same seed.
function rowsOf(seed, n) {
  let state = (seed + 1) * 0x9e3779b1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  for (let k = 0; k < 8; k++) uniform();
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: n }, () => [normal(), normal()]);
}
