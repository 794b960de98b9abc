// The triangle algorithm in the plane: is b = Ax for an x of norm at most rho? The columns of A are points.

const TOLERANCE = 0.02, MOST_TRIANGLES = 200, ROUNDING = 1e-12;

const moved = (columns, x) => [0, 1].map((k) => columns.reduce((sum, a, j) => sum + x[j] * a[k], 0));
const squares = (columns) => [[0, 0], [0, 1], [1, 1]].map(([i, k]) => columns.reduce((sum, a) => sum + a[i] * a[k], 0)); // AA^T
const largest = (g) => g.reduce((best, value, j) => (Math.abs(value) > Math.abs(g[best]) ? j : best), 0);
const normOf = (x, ball) => (ball === "l1" ? x.reduce((sum, value) => sum + Math.abs(value), 0) : sized(x));

// The x of the ball whose image lies farthest in the direction c.
function farthestIn(columns, c, rho, ball) {
  const g = columns.map((a) => inner(a, c)), length = sized(g), top = largest(g);
  if (!(length > 0)) return g.map(() => 0);
  return ball === "l1" ? g.map((value, j) => (j === top ? rho * Math.sign(value) : 0)) : g.map((value) => (rho * value) / length);
}

// The steps as points p and q with the x of each p, and how it ends: "inside" within the tolerance, "outside" with
// p as witness, or "undecided".
function pathOf(columns, b, rho, ball) {
  const steps = [];
  let x = columns.map(() => 0);
  while (steps.length < MOST_TRIANGLES) {
    const p = moved(columns, x), c = plus(b, p, -1), v = farthestIn(columns, c, rho, ball), q = moved(columns, v);
    steps.push({ x, p, q });
    if (sized(c) <= TOLERANCE) return { answer: "inside", steps };
    if (inner(c, q) < (inner(b, b) - inner(p, p)) / 2) return { answer: "outside", steps };
    const toward = plus(q, p, -1), share = Math.min(1, inner(c, toward) / inner(toward, toward));
    x = plus(x, plus(v, x, -1), share);
  }
  return { answer: "undecided", steps };
}

// Every solution of Ax = b costs at least this: c^T b over the dual norm of A^T c, for the witness's c = b - p.
// Without limit where A^T c = 0 up to rounding.
function boundOf(columns, b, p, ball) {
  const c = plus(b, p, -1), g = columns.map((a) => inner(a, c)), size = ball === "l1" ? Math.abs(g[largest(g)]) : sized(g);
  return size > ROUNDING * sized(columns.flat()) * sized(c) ? inner(c, b) / size : Infinity;
}

// The solution nearest to x, which is a proof where its norm is at most rho; null where the columns lie on a line.
function solutionBy(columns, b, x) {
  const [s, t, u] = squares(columns), det = s * u - t * t, [r0, r1] = plus(b, moved(columns, x), -1);
  if (!(det > ROUNDING * (s + u) ** 2)) return null;
  const lift = [(u * r0 - t * r1) / det, (s * r1 - t * r0) / det];
  return x.map((value, j) => value + inner(columns[j], lift));
}

// The border of the ball's image: the convex hull of the corners, or an ellipse, the unit circle times a root of AA^T.
function borderOf(columns, rho, ball, count = 120) {
  if (ball === "l1") return hullOf(columns.flatMap((a) => [1, -1].map((sign) => a.map((value) => sign * rho * value))));
  const [s, t, u] = squares(columns), root = Math.sqrt(Math.max(0, s * u - t * t)), size = Math.sqrt(s + u + 2 * root) || 1;
  return Array.from({ length: count }, (_, k) => [Math.cos((2 * Math.PI * k) / count), Math.sin((2 * Math.PI * k) / count)])
    .map(([x, y]) => [(s + root) * x + t * y, t * x + (u + root) * y].map((value) => (rho * value) / size));
}

function hullOf(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turns = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]) > 0;
  return [sorted, [...sorted].reverse()].flatMap((way) => way.reduce((chain, point) => {
    while (chain.length > 1 && !turns(chain.at(-2), chain.at(-1), point)) chain.pop();
    return [...chain, point];
  }, []).slice(0, -1));
}
