// The cells of an arrangement in dimension 2 or 3: which rows x_i have x_i^T u >= 0, for every open cell of u.
// Rows and gates are lists of numbers.

const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x];

// The pattern of a gate: 1 where a row is on. A zero row is always on.
const patternOf = (rows, gate) => rows.map((x) => +(inner(x, gate) >= 0));

// Cover's count of the cells of n rows in general position, that of the zero pattern included.
function coverCount(n, d) {
  let term = 1, total = 0;
  for (let k = 0; k < Math.min(n, d); k++) {
    total += term;
    term = (term * (n - 1 - k)) / (k + 1);
  }
  return 2 * total;
}

// Every cell once: { bits, gate }, the gate a unit vector inside it. In the plane they come in the order of
// their angle, with the angles `from` and `to` of their borders.
function cellsOf(rows, d) {
  const heard = rows.map((x, i) => ({ x: sized(x) > 0 ? toUnit(x) : null, i })).filter(({ x }) => x);
  if (heard.length === 0) return [];
  const cells = d === 2 ? sectors(heard.map(({ x }) => x)) : cones(heard.map(({ x }) => x));
  return cells.map((cell) => ({ ...cell, bits: patternOf(rows, cell.gate) }));
}

// Around each ray where borders meet lie the cells of those borders' own plane arrangement; every cell of an
// arrangement of full rank is a pointed cone and so is met at one of its rays.
function cones(rows) {
  const found = new Map();
  for (const ray of meetings(rows)) {
    const tied = rows.filter((x) => Math.abs(inner(x, ray)) <= TIE);
    const first = tied[0], second = cross(ray, first);
    const around = sectors(tied.map((x) => toUnit([inner(x, first), inner(x, second)])));
    for (const { gate: [a, b] } of around) {
      const aside = plus(first.map((x) => a * x), second, b);
      const bits = rows.map((x) => +((Math.abs(inner(x, ray)) <= TIE ? inner(x, aside) : inner(x, ray)) >= 0));
      const key = bits.join("");
      const { sum, asides } = found.get(key) ?? { sum: [0, 0, 0], asides: [0, 0, 0] };
      found.set(key, { sum: plus(sum, ray), asides: plus(asides, aside) });
    }
  }
  return [...found].map(([key, { sum, asides }]) => ({ gate: inside(rows, key, sum, asides) }));
}

// The sum of a cell's rays lies inside it, and where the rays cancel, a step aside from them does.
function inside(rows, key, sum, asides) {
  const within = (gate) => patternOf(rows, gate).join("") === key && rows.every((x) => Math.abs(inner(x, gate)) > 1e-13);
  const steps = [0, 1e-2, 1e-4, 1e-6, 1e-8].map((share) => plus(sum, asides, share)).filter((v) => sized(v) > 1e-12);
  return toUnit(steps.find((v) => within(toUnit(v))) ?? steps.at(-1));
}

function meetings(rows) {
  const rays = [];
  const add = (ray) => {
    if (rays.every((other) => sized(plus(other, ray, -1)) > TIE)) rays.push(ray);
  };
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) {
      const ray = cross(rows[i], rows[j]);
      if (sized(ray) <= TIE) continue;
      add(toUnit(ray));
      add(toUnit(ray.map((x) => -x)));
    }
  }
  if (rays.length > 0) return rays;
  // All rows are parallel: any ray of their common border will do.
  return [toUnit(cross(rows[0], Math.abs(rows[0][0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]))];
}
