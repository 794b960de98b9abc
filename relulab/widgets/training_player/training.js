// Plain gradient descent with weight decay on a two-layer network over rows in the plane: one function, so that
// its text is the source of a Web Worker. A network is { first: [[a, b], …], second: […] }; `linear` is the
// number of the neuron without a ReLU (the skip connection), or -1. The same steps as relulab's `record`.

function training() {
  "use strict";

  const length = ([a, b]) => Math.hypot(a, b);

  // f(x), a sum over neurons.
  function output(x, { first, second }, linear) {
    return second.reduce((total, weight, j) => {
      const height = x[0] * first[j][0] + x[1] * first[j][1];
      return height >= 0 || j === linear ? total + weight * height : total;
    }, 0);
  }

  function objective({ X, y, beta }, network, linear) {
    const loss = X.reduce((total, x, i) => total + 0.5 * (output(x, network, linear) - y[i]) ** 2, 0);
    const squares = network.first.reduce((total, w, j) => total + w[0] ** 2 + w[1] ** 2 + network.second[j] ** 2, 0);
    return { loss, objective: loss + 0.5 * beta * squares };
  }

  function gradient({ X, y, beta }, network, linear) {
    const { first, second } = network;
    const one = first.map(([a, b]) => [beta * a, beta * b]), two = second.map((weight) => beta * weight);
    X.forEach((x, i) => {
      const residual = output(x, network, linear) - y[i];
      for (let j = 0; j < second.length; j++) {
        const height = x[0] * first[j][0] + x[1] * first[j][1];
        if (height < 0 && j !== linear) continue;
        one[j][0] += residual * second[j] * x[0];
        one[j][1] += residual * second[j] * x[1];
        two[j] += residual * height;
      }
    });
    return { first: one, second: two };
  }

  function stepped({ first, second }, slope, lr) {
    return {
      first: first.map(([a, b], j) => [a - lr * slope.first[j][0], b - lr * slope.first[j][1]]),
      second: second.map((weight, j) => weight - lr * slope.second[j]),
    };
  }

  // The steps that are kept: the gaps grow from the first step to the last.
  function moments(steps, frames) {
    return new Set(Array.from({ length: frames }, (_, k) => Math.round(steps * (k / (frames - 1)) ** 2.5)));
  }

  // Train, and hand over every kept frame; null for one that is no longer finite, which ends the run.
  function train({ problem, network, linear, lr, steps, frames = 80 }, onFrame) {
    const kept = moments(steps, frames);
    for (let step = 0, now = network; step <= steps; step++) {
      if (kept.has(step)) {
        const values = objective(problem, now, linear);
        if (!Number.isFinite(values.objective)) return onFrame(null);
        const misses = problem.fresh.map((x, i) => output(x, now, linear) - problem.answers[i]);
        onFrame({ step, ...now, ...values, test_distance: Math.hypot(...misses) });
      }
      now = stepped(now, gradient(problem, now, linear), lr);
    }
  }

  // A problem and a network of the reader's choice: Gaussian rows, hidden neurons of unit length.
  function begin({ planted, n, width, beta, scale, seed }, generator) {
    const rng = generator(seed, n, width), unit = () => {
      const w = [rng.normal(), rng.normal()];
      return w.map((x) => x / length(w));
    };
    const rows = () => Array.from({ length: n }, () => [rng.normal() / Math.sqrt(n), rng.normal() / Math.sqrt(n)]);
    const w = unit(), X = rows(), fresh = rows();
    const hidden = { one: [w], opposite: [w, w.map((x) => -x)], linear: [w] }[planted];
    const truth = { first: hidden, second: hidden.map(() => 1) }, straight = planted === "linear" ? 0 : -1;
    const [y, answers] = [X, fresh].map((all) => all.map((x) => output(x, truth, straight)));
    const skip = planted === "linear", count = width + (skip ? 1 : 0);
    const first = Array.from({ length: count }, () => [scale * rng.normal(), scale * rng.normal()]);
    const second = first.map((v) => (rng.uniform() < 0.5 ? -1 : 1) * length(v));
    return { problem: { X, y, beta, fresh, answers }, network: { first, second }, linear: skip ? width : -1, hidden };
  }

  return { output, objective, gradient, stepped, train, begin };
}
