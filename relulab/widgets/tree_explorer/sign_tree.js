// The tree of signs of rows in the plane: what goes on, what is too short, what no gate has.

const TIMES = [1.05, 1.2, 1.5, 2.2, 4], LEVEL = 4 * (1 - 1e-9), SINGULAR = 1e-10;

// lambda_i x_i of the minimum-norm dual vector, or null where all rows lie on one line.
function shares(rows, w) {
  const [p, q, r] = rows.reduce(([p, q, r], [x, y]) => [p + x * x, q + x * y, r + y * y], [0, 0, 0]);
  const determinant = p * r - q * q;
  if (!(determinant > SINGULAR ** 2 * (p + r) ** 2)) return null;
  const v = [(r * w[0] - q * w[1]) / determinant, (p * w[1] - q * w[0]) / determinant];
  return rows.map((x) => x.map((value) => value * inner(x, v)));
}

// A bound of the longest c + sum of +-rest, squared.
function boundOf(c, rest) {
  const own = rest.filter((a) => sized(a) > 0), total = own.reduce((sum, a) => sum + sized(a), 0);
  if (own.length === 0) return inner(c, c);
  const entry = (i, k) => own.reduce((sum, a) => sum + (a[i] * a[k] * total) / sized(a), 0);
  const [p, q, r] = [entry(0, 0), entry(0, 1), entry(1, 1)], top = (p + r) / 2 + Math.hypot((p - r) / 2, q);
  return Math.min(...TIMES.map((times) => {
    const s = times * top, P = 1 - p / s, Q = -q / s, R = 1 - r / s;
    return s + (R * c[0] ** 2 - 2 * Q * c[0] * c[1] + P * c[1] ** 2) / (P * R - Q * Q);
  }));
}

// The nodes breadth first: { signs, fate, reach, sector }, the sector null where no gate has the signs.
function growSigns(rows, w) {
  const all = shares(rows, w);
  if (!all) return { order: rows.map((_, i) => i), nodes: [] };
  const weight = (i) => Math.round(1e12 * Math.abs(inner(all[i], w))), order = rows.map((_, i) => i).sort((i, k) => weight(k) - weight(i) || i - k);
  const X = order.map((i) => rows[i]), a = order.map((i) => all[i]);
  const cells = X.map((_, k) => sectors(X.slice(0, k + 1))), nodes = [];
  for (const waiting = [[]]; waiting.length;) {
    const signs = waiting.shift(), k = signs.length;
    const c = signs.reduce((sum, sign, i) => plus(sum, a[i], sign), w);
    const sector = k ? cells[k - 1].find(({ gate }) => signs.every((sign, i) => sign * inner(X[i], gate) > 0)) ?? null : null;
    let fate = k < X.length ? "split" : "violator";
    if (boundOf(c, a.slice(k)) < LEVEL) fate = "bound";
    else if (k && !sector) fate = "circuit";
    if (fate === "split") waiting.push([...signs, 1], [...signs, -1]);
    nodes.push({ signs, fate, reach: sized(c) / 2, sector });
  }
  return { order, nodes };
}

function treeWords(nodes, depth = Infinity) {
  if (nodes.length === 0) return ["All rows lie on one line:", "there is no minimum-norm dual vector to look at. Turn a row."];
  const shown = nodes.filter(({ signs }) => signs.length <= depth), count = (fate) => shown.filter((one) => one.fate === fate).length;
  const counts = `${shown.length} nodes: ${count("split")} go on, ${count("bound")} are too short, ${count("circuit")} are had by no gate.`;
  if (shown.length < nodes.length) return [counts, "The tree goes on."];
  const high = nodes.filter(({ fate }) => fate === "violator").reduce((most, { reach }) => Math.max(most, reach), 0);
  return [counts, high > 0 ? `A gate reaches ${high.toFixed(2)}: this dual vector proves nothing.`
    : "The tree has ended: the linear neuron is the only solution of the gated program, over all patterns."];
}
