// The blocks A_j of a network, a planted problem over them, and its planted equations.

function blockwork(lab) {
  "use strict";

  const { rowsOf, fromRows, transpose, dot, norm, unit, addTo, sum, svd, shortest, choleskySolver, solveFactored, appended,
    signsOf, homeOf } = lab;

  // For `count` masks of `length` bits each: the sums of the vectors that each mask selects. All sums of four
  // vectors are in a table, and four tables are read at once: a mask costs one addition where it had four.
  function maskedSums(count, length, bit) {
    const groups = 4 * Math.ceil(length / 16), codes = new Uint8Array(count * groups);
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < length; i++) if (bit(j, i)) codes[j * groups + (i >> 2)] |= 1 << (i & 3);
    }
    return (vectors, d) => {
      const sums = new Float64Array(count * d), size = 16 * d, table = new Float64Array(4 * size);
      for (let g = 0; g < groups; g += 4) {
        for (let h = 0; h < 4 && 4 * (g + h) < length; h++) {
          for (let m = 1; m < 1 << Math.min(4, length - 4 * (g + h)); m++) {
            const to = h * size + m * d, from = h * size + (m & (m - 1)) * d;
            const added = (4 * (g + h) + 31 - Math.clz32(m & -m)) * d;
            for (let k = 0; k < d; k++) table[to + k] = table[from + k] + vectors[added + k];
          }
        }
        for (let j = 0; j < count; j++) {
          const to = j * d, at = j * groups + g, a = codes[at] * d, b = size + codes[at + 1] * d;
          const c = 2 * size + codes[at + 2] * d, e = 3 * size + codes[at + 3] * d;
          for (let k = 0; k < d; k++) sums[to + k] += table[a + k] + table[b + k] + (table[c + k] + table[e + k]);
        }
      }
      return sums;
    };
  }

  // Columns r_1, r_2, … (their zero tails left out) for which the rows times them are an orthonormal basis.
  function basis(rows, d) {
    const first = Array.from({ length: d }, (_, k) => k);
    const gram = rows.length < d ? null : second(rows, d);
    const L = gram ? appended([], first, (i, k) => gram[i * d + k]) : [];
    const pivots = L.map((line, i) => line[i] ** 2);
    if (gram && Math.min(...pivots) > 1e-5 * Math.max(...pivots)) {
      return L.map((_, i) => {
        const column = new Float64Array(i + 1);
        column[i] = 1;
        for (let m = i; m >= 0; m--) {
          column[m] /= L[m][m];
          addTo(column, -column[m], L[m], m);
        }
        return column;
      });
    }
    const kept = []; // Gram-Schmidt, twice; columns that depend on the ones before give nothing
    for (const k of first) {
      const q = Float64Array.from(rows, (x) => x[k]), column = new Float64Array(d), before = norm(q);
      column[k] = 1;
      for (let pass = 0; pass < 2; pass++) {
        for (const other of kept) {
          const share = dot(other.q, q);
          addTo(q, -share, other.q);
          addTo(column, -share, other.column);
        }
      }
      const left = norm(q);
      if (left > 1e-11 * before) kept.push({ q: unit(q, left), column: unit(column, left) });
      if (kept.length === rows.length) break;
    }
    return kept.map(({ column }) => column);
  }

  // X^T X of some rows.
  function second(rows, d) {
    const gram = new Float64Array(d * d);
    for (const x of rows) for (let i = 0; i < d; i++) addTo(gram.subarray(i * d, (i + 1) * d), x[i], x);
    return gram;
  }

  // D_j X for every pattern, or an orthonormal basis D_j X R_j of its range; the skip block X comes first.
  // What the blocks multiply is one array: d numbers a block.
  function makeBlocks(X, patterns, network = "skip") {
    const { n, d } = X, rows = rowsOf(X), skip = network === "skip" ? 1 : 0;
    const masks = skip ? [new Uint8Array(n).fill(1), ...patterns] : patterns, size = masks.length;
    const active = (j) => rows.filter((_, i) => masks[j][i]);
    const factors = network === "normalized" ? masks.map((_, j) => basis(active(j), d)) : null;
    const overRows = maskedSums(size, n, (j, i) => masks[j][i]);
    const overBlocks = maskedSums(n, size, (i, j) => masks[j][i]);
    const part = (W, j) => W.subarray(j * d, (j + 1) * d);

    // block coordinates to weights on X
    function toWeights(W) {
      if (!factors) return W;
      const weights = new Float64Array(size * d);
      factors.forEach((columns, j) => columns.forEach((r, a) => addTo(part(weights, j), W[j * d + a], r)));
      return weights;
    }

    // its transpose, for one block and for all
    const turned = (j, v) => {
      if (!factors) return v;
      const a = new Float64Array(d);
      factors[j].forEach((r, k) => (a[k] = dot(r, v)));
      return a;
    };
    function fromGradients(V) {
      if (!factors) return V;
      const W = new Float64Array(size * d);
      for (let j = 0; j < size; j++) part(W, j).set(turned(j, part(V, j)));
      return W;
    }

    // sum_j A_j W_j
    function apply(W) {
      const Z = overBlocks(toWeights(W), d);
      return Float64Array.from(rows, (x, i) => dot(x, part(Z, i)));
    }

    // all X^T D_j l, and all A_j^T l
    function gradients(l) {
      const V = new Float64Array(n * d);
      rows.forEach((x, i) => addTo(part(V, i), l[i], x));
      return overRows(V, d);
    }
    const adjoint = (l) => fromGradients(gradients(l));

    // one block as columns
    function columns(j) {
      const kept = rows.map((x, i) => (masks[j][i] ? x : null));
      if (factors) return factors[j].map((r) => Float64Array.from(kept, (x) => (x ? dot(r, x) : 0)));
      return Array.from({ length: d }, (_, k) => Float64Array.from(kept, (x) => (x ? x[k] : 0)));
    }

    // sum_j A_j A_j^T; without factors the product, entry by entry, of X X^T and the blocks two rows share
    function gram() {
      const G = rows.map(() => new Float64Array(n));
      if (factors) {
        masks.forEach((bits, j) => {
          const ids = rows.map((_, i) => i).filter((i) => bits[i]);
          const U = ids.map((i) => Float64Array.from(factors[j], (r) => dot(r, rows[i])));
          for (let a = 0; a < ids.length; a++) for (let b = 0; b <= a; b++) G[ids[a]][ids[b]] += dot(U[a], U[b]);
        });
      } else {
        const signs = rows.map((_, i) => Float64Array.from(masks, (bits) => bits[i]));
        for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) G[i][k] = dot(rows[i], rows[k]) * dot(signs[i], signs[k]);
      }
      for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) G[k][i] = G[i][k];
      return G;
    }

    const lengths = (W) => Float64Array.from(masks, (_, j) => norm(part(W, j)));
    const cost = (W) => sum(lengths(W));
    return {
      X, rows, masks, factors, skip, size, part, toWeights, turned, apply, gradients, adjoint, columns, gram,
      lengths, cost,
    };
  }

  // The largest singular value, to a few digits: what the data are scaled by.
  function scaleOf(X) {
    const rows = rowsOf(X);
    let v = new Float64Array(X.d).fill(1), size = 0;
    for (let step = 0; step < 30; step++) {
      const next = new Float64Array(X.d);
      for (const x of rows) addTo(next, dot(x, v), x);
      if (norm(next) === 0) return size || Math.sqrt(sum(X.data.map((x) => x * x))) || 1;
      size = Math.sqrt(norm(next) / norm(v));
      v = unit(next);
    }
    return size;
  }

  // The planted point over blocks whose X has largest singular value about 1. Neurons silent on every row
  // have no block; they are counted.
  function pose(X, neurons, patterns, network) {
    const scale = scaleOf(X), scaled = { ...X, data: X.data.map((x) => x / scale) };
    const blocks = makeBlocks(scaled, patterns, network), planted = [];
    for (const w of neurons) {
      const output = blocks.rows.map((x) => dot(x, w)), signs = signsOf(blocks.rows, w);
      if (network === "skip") {
        planted.push({ index: 0, coordinates: w, weights: w });
      } else if (signs.includes(1)) {
        const index = homeOf(signs, patterns);
        if (index < 0) throw new Error("the patterns lack that of a planted neuron");
        if (blocks.factors) {
          const heard = output.map((value) => Math.max(value, 0)), length = norm(heard);
          const coordinates = new Float64Array(X.d);
          blocks.columns(index).forEach((u, a) => (coordinates[a] = dot(u, heard) / length));
          planted.push({ index, coordinates: unit(coordinates), weights: w.map((x) => x / length) });
        } else planted.push({ index, coordinates: w, weights: w });
      }
    }
    const plant = new Float64Array(blocks.size * X.d), weights = new Float64Array(blocks.size * X.d);
    for (const one of planted) {
      addTo(blocks.part(plant, one.index), 1, one.coordinates);
      addTo(blocks.part(weights, one.index), 1, one.weights);
    }
    const own = new Set(planted.map(({ index }) => index));
    const dualScale = network === "normalized" ? 1 : scale;
    const weightScale = network === "normalized" ? scale : 1;
    return { blocks, planted, own, plant, weights, silent: neurons.length - planted.length, scale, dualScale, weightScale };
  }

  // The equations A_j^T dual = g_j of the planted blocks: the shortest dual, what it misses, the projection.
  function plantedEquations({ blocks, planted }) {
    const columns = planted.flatMap(({ index }) => blocks.columns(index));
    const g = planted.flatMap(({ index, coordinates }) =>
      Array.from(coordinates.subarray(0, blocks.factors ? blocks.factors[index].length : undefined)));
    const solve = choleskySolver(columns.map((a) => Float64Array.from(columns, (b) => dot(a, b))));
    const combined = (x) => {
      const l = new Float64Array(blocks.X.n);
      columns.forEach((column, a) => addTo(l, x[a], column));
      return l;
    };
    const pseudo = solve.pivots > 1e-4 ? (rhs) => combined(solve(rhs))
      : (rhs) => shortest(svd(transpose(fromRows(columns))), rhs);
    const lacks = (l) => Float64Array.from(columns, (column, a) => g[a] - dot(column, l));
    const project = (l) => {
      let nearer = l;
      for (let pass = 0; pass < 2; pass++) {
        const step = pseudo(lacks(nearer));
        nearer = nearer.map((value, i) => value + step[i]);
      }
      return nearer;
    };
    const dual = project(pseudo(Float64Array.from(g)));
    return { dual, lacks, residual: norm(lacks(dual)), project };
  }

  return { maskedSums, second, makeBlocks, pose, plantedEquations };
}
