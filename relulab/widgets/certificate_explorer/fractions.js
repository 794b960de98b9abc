// Fractions n / d of whole numbers, d > 0, in lowest terms: what the picture says exactly.

const gcd = (a, b) => (b ? gcd(b, a % b) : a < 0n ? -a : a);

function fraction(n, d = 1n) {
  const share = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / share, d: d / share };
}

// A float is one, with a power of two below the line.
function exactly(x) {
  let d = 1n;
  for (; !Number.isInteger(x); x *= 2) d *= 2n;
  return fraction(BigInt(x), d);
}

const added = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
const multiplied = (a, b) => fraction(a.n * b.n, a.d * b.d);
const divided = (a, b) => fraction(a.n * b.d, a.d * b.n);
const minusOne = (a) => ({ n: -a.n, d: a.d });
const isBelow = (a, b) => a.n * b.d < b.n * a.d;
const product = (a, b) => a.map((x, i) => multiplied(x, b[i])).reduce(added);
const asNumber = ({ n, d }) => Number(n) / Number(d);
const written = ({ n, d }) => `${n < 0n ? "−" : ""}${n < 0n ? -n : n}${d === 1n ? "" : `/${d}`}`;

// The inequalities of four rows in the plane: two entries of the dual vector are free, in steps, and the planted
// equations X^T lambda = w give the other two. Each pattern reaches sum of lambda_i x_i over its rows.
function inequalities({ points, weights, masks }, place, steps) {
  const X = points.map((row) => row.map(exactly)), w = weights.map(exactly), free = place.map((k) => fraction(BigInt(k), BigInt(steps)));
  const rest = w.map((v, c) => added(v, minusOne(product(free, [X[2][c], X[3][c]]))));
  const [[a, b], [c, d]] = X, det = added(multiplied(a, d), minusOne(multiplied(b, c)));
  const first = divided(added(multiplied(d, rest[0]), minusOne(multiplied(c, rest[1]))), det);
  const second = divided(added(multiplied(a, rest[1]), minusOne(multiplied(b, rest[0]))), det);
  const dual = [first, second, ...free], limit = product(w, w);
  const reaches = masks.map((mask) => {
    const own = dual.map((v, i) => (mask[i] ? v : fraction(0n)));
    const reached = [0, 1].map((column) => product(own, X.map((row) => row[column]))), square = product(reached, reached);
    return { mask, reached, square, holds: isBelow(square, limit) };
  });
  return { dual, limit, reaches, holds: reaches.every((one) => one.holds) };
}
