// Acceptance and squared jump of a Metropolis-Hastings step in any dimension, exactly, from one coordinate.
// The log ratio L is a sum of n terms, so its characteristic function is that of one to the power n. With F its
// imaginary part, E min(1, e^L) = 1 + 2/pi int F(t)/t, and E 1/(1 + e^-L) = 1/2 + int F(t)/sinh(pi t), over t > 0.

const halfGrid = (last) => Array.from({ length: 8 * last + 1 }, (_, i) => i / 8);
const TARGETS = {
  gaussian: { grid: halfGrid(7), log: (x) => (-x * x) / 2, slope: (x) => -x },
  hyperbolic: { grid: halfGrid(22), log: (x) => -Math.sqrt(0.1 + x * x), slope: (x) => -x / Math.sqrt(0.1 + x * x) },
};
const WIDTHS = { gaussian: 1, bumps: 0.1 };
const STEP = 0.15, MOST_STEPS = 320, GONE = 1e-9;

// log(1 + e^v)
const softplus = (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));

function noiseOf(name) {
  const width = WIDTHS[name], far = Math.sqrt(1 - width * width), half = width === 1 ? 24 : 15;
  const u = Array.from({ length: 2 * half + 1 }, (_, k) => 0.4 * (k - half)), w = u.map((v) => Math.exp((-v * v) / 2));
  const total = w.reduce((sum, v) => sum + v, 0);
  if (width === 1) return { z: u, w: w.map((v) => v / total) };
  return { z: [...u.map((v) => far + width * v), ...u.map((v) => -far - width * v)], w: [...w, ...w].map((v) => v / total / 2) };
}

const BALANCES = { walk: () => 0, langevin: (tilt) => tilt / 2, barker: (tilt) => Math.LN2 - softplus(-tilt) };

// Log of the mean of the balancing function over the noise, for a slope times a step.
function normalizer(proposal, noise, pull) {
  if (proposal !== "langevin") return 0;
  const width = WIDTHS[noise], a = Math.abs(pull) / 2, far = a * Math.sqrt(1 - width * width);
  return (a * width) ** 2 / 2 + far + softplus(-2 * far) - Math.LN2;
}

// Log ratios, their probabilities and squared jumps of one coordinate at rest, and the spread of the ratios.
function oneCoordinate({ target, proposal, noise }, sigma) {
  const { grid, log, slope } = TARGETS[target], { z, w } = noiseOf(noise), balance = BALANCES[proposal];
  const ratio = [], weight = [], jump = [];
  const p = grid.map((x, i) => Math.exp(log(x)) * (i ? 2 : 1)), total = p.reduce((sum, v) => sum + v, 0);
  let square = 0;
  grid.forEach((x, i) => {
    const here = slope(x) * sigma, normal = normalizer(proposal, noise, here);
    z.forEach((step, k) => {
      const to = balance(here * step) - normal, share = (p[i] / total) * w[k] * Math.exp(to);
      if (!(share > 1e-13)) return;
      const y = x + sigma * step, there = slope(y) * sigma;
      const value = log(y) - log(x) + balance(-there * step) - normalizer(proposal, noise, there) - to;
      ratio.push(value);
      weight.push(share);
      jump.push((sigma * step) ** 2);
      square += share * value * value;
    });
  });
  return { ratio: Float64Array.from(ratio), weight: Float64Array.from(weight), jump: Float64Array.from(jump), spread: Math.sqrt(square) };
}

const shareOf = (rule, step, t) => (rule === "metropolis" ? (2 * step) / Math.PI / t : step / Math.sinh(Math.PI * t));

// Acceptance, and the expected squared jump of a coordinate. Each phase is turned by the same angle at each step.
function expected({ ratio, weight, jump, spread }, n, rule) {
  const plain = STEP / (Math.sqrt(n) * spread), step = rule === "metropolis" ? plain : Math.min(plain, STEP), m = ratio.length;
  const [re, im, turnRe, turnIm] = [0, 0, 0, 0].map(() => new Float64Array(m));
  let whole = 0;
  for (let j = 0; j < m; j++) {
    re[j] = weight[j] * Math.cos((step * ratio[j]) / 2);
    im[j] = weight[j] * Math.sin((step * ratio[j]) / 2);
    turnRe[j] = Math.cos(step * ratio[j]);
    turnIm[j] = Math.sin(step * ratio[j]);
    whole += weight[j] * jump[j];
  }
  const scale = rule === "metropolis" ? 1 : 0.5;
  let acceptance = scale, squared = scale * whole;
  for (let k = 0; k < MOST_STEPS; k++) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0; j < m; j++) {
      const x = re[j], y = im[j];
      a += x;
      b += y;
      c += x * jump[j];
      d += y * jump[j];
      re[j] = x * turnRe[j] - y * turnIm[j];
      im[j] = x * turnIm[j] + y * turnRe[j];
    }
    const size = Math.hypot(a, b), angle = Math.atan2(b, a), share = shareOf(rule, step, (k + 0.5) * step);
    acceptance += share * size ** n * Math.sin(n * angle);
    const rest = size ** (n - 1);
    squared += share * rest * (c * Math.sin((n - 1) * angle) + d * Math.cos((n - 1) * angle));
    if (size ** n < GONE) break;
  }
  return { acceptance, jump: squared };
}

// The acceptance at the best step as n grows: L becomes Gaussian with mean -s^2/2 and variance s^2, where s grows
// like the step itself (walk) or its third power, and the jump is the step squared.
function limitOf({ proposal, rule }) {
  const power = proposal === "walk" ? 2 : 2 / 3;
  const accepted = (s) => {
    const step = Math.min(0.02, 0.1 / s);
    let sum = rule === "metropolis" ? 1 : 0.5;
    for (let t = step / 2; (t * s) ** 2 < 60; t += step) {
      sum -= shareOf(rule, step, t) * Math.exp(-((t * s) ** 2) / 2) * Math.sin((t * s * s) / 2);
    }
    return sum;
  };
  let [low, high] = [0.2, 8];
  const gain = (s) => power * Math.log(s) + Math.log(accepted(s)), golden = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-6) {
    const a = high - golden * (high - low), b = low + golden * (high - low);
    if (gain(a) > gain(b)) high = b;
    else low = a;
  }
  return accepted((low + high) / 2);
}

// Acceptance and jump on a grid of steps, and the best step. What is far left of the grid's busy part moves freely,
// what is far right of it does not move.
function curveOf(settings, n, rule, logs, tableAt) {
  const points = logs.map((log, k) => {
    const table = tableAt(k), spread = Math.sqrt(n) * table.spread, free = 10 ** (2 * log), whole = rule === "metropolis" ? 1 : 0.5;
    if (spread < 0.004) return { log, acceptance: whole, jump: whole * free };
    if (spread > 12) return { log, acceptance: 0, jump: 0 };
    return { log, ...expected(table, n, rule) };
  });
  const k = points.reduce((top, point, i) => (point.jump > points[top].jump ? i : top), 0);
  const at = (log) => ({ log, ...expected(oneCoordinate(settings, 10 ** log), n, rule) });
  // The top of a parabola through three points, and once more through nearer ones.
  const top = ([p, q, r]) => {
    const [a, b, c] = [p, q, r].map(({ jump }) => Math.log(jump));
    return q.log + (((a - c) / (a - 2 * b + c)) * (q.log - p.log)) / 2;
  };
  const middle = Math.min(Math.max(k, 1), points.length - 2), rough = top(points.slice(middle - 1, middle + 2));
  const best = at(top([-0.03, 0, 0.03].map((aside) => at(rough + aside))));
  return { points: [...points, best].sort((p, q) => p.log - q.log), best };
}
