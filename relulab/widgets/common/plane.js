// Vectors, lists of numbers, and the sectors into which rows cut the plane.

const TIE = 1e-10;
const inner = (a, b) => a.reduce((total, x, k) => total + x * b[k], 0);
const sized = (v) => Math.hypot(...v);
const toUnit = (v) => v.map((x) => x / sized(v));
const plus = (a, b, share = 1) => a.map((x, k) => x + share * b[k]);

// The sectors between the borders x_i^T u = 0 in the order of their angle, each with a unit vector inside it.
function sectors(rows) {
  const turn = 2 * Math.PI;
  const borders = rows.flatMap(([a, b]) => [Math.atan2(a, -b), Math.atan2(-a, b)]).map((t) => (t + turn) % turn);
  borders.sort((s, t) => s - t);
  const distinct = borders.filter((t, k) => k === 0 || t - borders[k - 1] > TIE);
  if (distinct.length > 1 && distinct[0] + turn - distinct.at(-1) <= TIE) distinct.pop();
  return distinct.map((from, k) => {
    const to = distinct[k + 1] ?? distinct[0] + turn, middle = (from + to) / 2;
    return { from, to, gate: [Math.cos(middle), Math.sin(middle)] };
  });
}
