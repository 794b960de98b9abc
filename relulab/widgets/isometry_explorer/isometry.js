// What the isometry explorer asks of the laboratory; one function, so that its text goes into a Web Worker.

function certificates(lab) {
  "use strict";

  // A random linear plant, or one that Python sent: rows X, weights w, patterns S.
  function pose({ given, ensemble, direction, n, d, seed }) {
    if (!given) return lab.instance({ ensemble, direction, seed }, n, d, 0);
    const patterns = given.S.map((bits) => Uint8Array.from(bits));
    return { X: lab.fromRows(given.X), neurons: [Float64Array.from(given.w)], patterns };
  }

  // The minimum-norm certificate: its block norms, and the level about which they lie. Over random signs of the
  // rows, E ||A_j^T l||^2 = 1/4 (1 + sum ||x_i||^2 l_i^2).
  function first(question) {
    const { X, neurons, patterns } = pose(question);
    const { dual, norms, residual } = lab.isometry(X, neurons, patterns);
    const spread = lab.rowsOf(X).reduce((total, x, i) => total + lab.dot(x, x) * dual[i] ** 2, 0);
    const level = Math.sqrt((1 + spread) / 4), fullest = patterns.some((bits) => bits.every((bit) => bit));
    return { norms: Array.from(norms), level, residual, allOnes: fullest };
  }

  // The search for a certificate or cheaper weights; `part` gets every dual vector on the way.
  function refine(question, part) {
    const { X, neurons, patterns } = pose(question);
    const watch = (step, norms) => part({ step, norms: Array.from(norms) });
    const { status, evidence, cost, iterations, refined } = lab.decide(X, neurons, patterns, { watch });
    return { status, evidence, cost, iterations, refined: refined && Array.from(refined) };
  }

  return { first, refine };
}
