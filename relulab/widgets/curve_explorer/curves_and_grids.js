// Broken lines, their Legendre coefficients, and the answer of a network on a grid.

const KNOTS = 9, POINTS = 400, HIGH = 0.7, MOST_NUMBERS = 16;
const places = Array.from({ length: POINTS }, (_, i) => ((i + 0.5) * 2) / POINTS - 1);

// phi[k][i]: Legendre's polynomials, orthonormal, at the places.
const phi = (() => {
  const rows = [places.map(() => 1), [...places]];
  for (let k = 1; k < MOST_NUMBERS - 1; k += 1) {
    rows.push(places.map((t, i) => ((2 * k + 1) * t * rows[k][i] - k * rows[k - 1][i]) / (k + 1)));
  }
  return rows.map((row, k) => row.map((value) => value * Math.sqrt(k + 0.5)));
})();

const integral = (values) => values.reduce((total, value) => total + value, 0) * (2 / POINTS);
const sizeOf = (curve) => integral(curve.map(Math.abs));
const summed = (c) => places.map((_, i) => c.reduce((total, value, k) => total + value * phi[k][i], 0));

function curveThrough(heights) {
  return places.map((t) => {
    const spot = ((t + 1) / 2) * (KNOTS - 1), left = Math.min(Math.floor(spot), KNOTS - 2);
    return heights[left] + (spot - left) * (heights[left + 1] - heights[left]);
  });
}

const coefficientsOf = (curve, d) => phi.slice(0, d).map((row) => integral(row.map((value, i) => value * curve[i])));

// The size of the curve with coefficients c, interpolated on a grid of N steps: a mean of d + 1 corners.
function answerOf(c, N) {
  const place = c.map((value) => Math.min((value + 1) / 2, 1 - 1e-12) * N);
  const corner = place.map(Math.floor), part = place.map((value, k) => value - corner[k]);
  const order = part.map((_, k) => k).sort((a, b) => part[b] - part[a] || a - b);
  let total = 0, left = 1;
  for (const k of [...order, null]) {
    const next = k === null ? 0 : part[k];
    total += (left - next) * sizeOf(summed(corner.map((value) => (2 * value) / N - 1)));
    left = next;
    if (k !== null) corner[k] += 1;
  }
  return total;
}
