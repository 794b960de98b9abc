"""Odd planted problems, drawn from a seed, and what an independent program says of each.

The program is written from the definitions, in CVXPY, and shares no code with the library: in weights on X,
each row divided by its own size where that changes nothing (plain and skip networks).
"""

import warnings
from dataclasses import dataclass

import numpy as np

import relulab as rl

ACCURATE = {"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10}
PAIRS = (("linear", "skip"), ("relu", "plain"), ("relu", "skip"), ("normalized", "normalized"))


def _repeated(n, d, rng):
    X = rng.standard_normal((n, d))
    for i in range(1, n):
        if rng.random() < 0.5:
            X[i] = X[rng.integers(i)] * rng.choice([-2.0, -1.0, 0.0, 1.0])
    return X


ENSEMBLES = {
    "gaussian": lambda n, d, rng: rng.standard_normal((n, d)),
    "integers": lambda n, d, rng: rng.integers(-3, 4, (n, d)).astype(float),
    "one-hot": lambda n, d, rng: np.eye(d)[rng.integers(d, size=n)] * rng.choice([-1.0, 1.0], (n, 1)),
    "ternary": lambda n, d, rng: rng.integers(-1, 2, (n, d)).astype(float),
    "rademacher": lambda n, d, rng: rng.choice([-1.0, 1.0], (n, d)),
    "bernoulli": lambda n, d, rng: rng.integers(0, 2, (n, d)).astype(float),
    "sparse": lambda n, d, rng: rng.standard_normal((n, d)) * (rng.random((n, d)) < 0.3),
    "rounded": lambda n, d, rng: np.round(rng.standard_normal((n, d)), 1),
    "repeated": _repeated,
    "cosines": lambda n, d, rng: np.cos(2 * np.pi * rng.random((n, 1)) * np.arange(1, d + 1)),
}
DISCRETE = ("ternary", "rademacher")
SCALINGS = {
    "none": lambda X, rng: X,
    "huge": lambda X, rng: X * 1e150,
    "tiny": lambda X, rng: X * 1e-150,
    "rows": lambda X, rng: X * 10.0 ** rng.uniform(-6, 6, (len(X), 1)),
    "columns": lambda X, rng: X * 10.0 ** rng.uniform(-4, 0, X.shape[1]),
    "far columns": lambda X, rng: X * 10.0 ** rng.uniform(-12, 0, X.shape[1]),
    "dependent": lambda X, rng: (
        X @ (np.ones((X.shape[1], 1)) + 10.0 ** rng.uniform(-12, 0) * np.eye(X.shape[1]))
    ),
}
SHARES = (0.7, 0.05, 0.05, 0.08, 0.06, 0.03, 0.03)


@dataclass(frozen=True)
class Odd:
    """A planted problem and its question."""

    seed: int
    ensemble: str
    scaling: str
    plant: object
    S: object
    network: str
    form: str

    def __str__(self):
        p = self.plant
        return (
            f"seed {self.seed}: {p.kind} {self.network} {self.form}, {self.ensemble} {p.X.shape}, "
            f"{self.scaling}, k={p.weights.shape[1]}"
        )


def odd_problem(seed, ensembles=tuple(ENSEMBLES), scalings=tuple(SCALINGS)):
    """The problem of a seed; None where its data leave nothing to ask (X = 0, a silent normalized neuron)."""
    rng = np.random.default_rng([18, seed])
    n, d = int(rng.integers(2, 11)), int(rng.integers(1, 5))
    ensemble = str(rng.choice(ensembles))
    shares = np.array([share for name, share in zip(SCALINGS, SHARES, strict=True) if name in scalings])
    scaling = str(rng.choice(scalings, p=shares / shares.sum()))
    X = SCALINGS[scaling](ENSEMBLES[ensemble](n, d, rng), rng)
    kind, network = PAIRS[rng.integers(len(PAIRS))]
    form = ("gated", "exact")[rng.integers(2)]
    k = 1 if kind == "linear" else int(rng.integers(1, min(d, 2) + 1))
    way = rng.integers(4)
    direction = "random"
    if way == 1:
        direction = "axes"
    elif way == 2:
        direction = rng.integers(-2, 3, (d, k)).astype(float)
        direction[:, ~direction.any(axis=0)] = 1.0
    elif way == 3 and k == 2:
        direction = "opposite"
    try:
        plant = rl.plant(X, kind, k, direction, rng=rng)
    except ValueError:  # a silent normalized neuron
        return None
    include = None if kind == "linear" else plant.weights
    S = rl.sample_patterns(X, count=int(rng.integers(4, 25)), include=include, rng=rng)
    if S.p == 0:
        return None
    return Odd(seed, ensemble, scaling, plant, S, network, form)


def value(odd):
    """The program's value, and how far it can be trusted; infinitely little where the solver says so."""
    import cvxpy as cp

    plant, network, form = odd.plant, odd.network, odd.form
    masks = np.asarray(odd.S).astype(float)
    top = np.abs(plant.X).max()
    X = plant.X / top
    if network != "normalized":
        size = np.abs(X).max(axis=1)
        X, masks = X[size > 0] / size[size > 0, None], masks[size > 0]
    else:  # only ranges count: orthonormal coordinates
        U, s, _ = np.linalg.svd(X / np.maximum(np.abs(X).max(axis=0), 1e-300), full_matrices=False)
        coordinates = U[:, s > 1e-13 * s[0]]
    outputs = X @ plant.weights
    if plant.kind != "linear":
        outputs = np.maximum(outputs, 0)
    if plant.kind == "normalized":
        outputs = outputs / np.linalg.norm(outputs, axis=0)
    y = outputs @ plant.signs
    if plant.kind == "normalized":
        X = coordinates
    size = np.abs(y).max() or 1.0
    d, p = X.shape[1], masks.shape[1]
    parts = [cp.Variable((d, p)) for _ in range(1 if form == "gated" else 2)]
    total = parts[0] if form == "gated" else parts[0] - parts[1]
    fit = cp.sum(cp.multiply(masks, X @ total), axis=1)
    norms = [cp.norm(cp.multiply(masks, X @ W) if network == "normalized" else W, axis=0) for W in parts]
    cost = sum(cp.sum(norm) for norm in norms)
    if network == "skip":
        w = cp.Variable(d)
        fit, cost = fit + X @ w, cost + cp.norm(w)
    rules = [fit == y / size]
    if form == "exact":
        rules += [cp.multiply(2 * masks - 1, X @ W) >= 0 for W in parts]
    program = cp.Problem(cp.Minimize(cost), rules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of solutions that are not accurate nothing is said
            program.solve(solver=cp.CLARABEL, **ACCURATE)
    except (cp.SolverError, ValueError):
        return np.nan, np.inf
    if program.status != "optimal":
        return np.nan, np.inf
    lack = np.linalg.norm(fit.value - y / size) * np.linalg.norm(rules[0].dual_value)
    return program.value * size, (1e-8 * max(program.value, 1) + lack) * size


def contradiction(odd, verdict):
    """What contradicts the verdict, in words; None where nothing does."""
    best, doubt = value(odd)
    k = odd.plant.weights.shape[1]
    if not np.isfinite(best) or doubt > 1e-5:
        return None
    if verdict.status in ("recovered", "not-unique", "optimal") and abs(best - k) > 1e-6 * k + doubt:
        return f"{verdict.status}, but the value is {best}"
    if verdict.status == "not-recovered" and best > k - 0.9 * verdict.margin + 1e-7 * k + doubt:
        return f"not-recovered by {verdict.margin}, but the value is {best}"
    return None
