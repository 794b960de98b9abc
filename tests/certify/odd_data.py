"""Data of many kinds, degenerate ones among them, drawn from a seed."""

import numpy as np

import relulab as rl


def _parallel(n, d, rng):
    X = rng.standard_normal((n - 5, d))
    return np.vstack([X, 2 * X[:2], -X[2:4], 4 * X[:1]])


def _opposite(n, d, rng):
    X = rng.standard_normal((n // 2, d))
    return np.vstack([X, -X * rng.choice([1, 4, 0.5], (len(X), 1))])


def _one_hot(n, d, rng):
    levels = np.eye(d - 1)[rng.integers(0, d - 1, n)] * rng.choice([1.0, -1.0], (n, 1))
    return np.hstack([levels, np.ones((n, 1))])


def _dependent(n, d, rng):
    X = rng.integers(-3, 4, (n, d - 1)).astype(float)
    return np.hstack([X, X[:, :1] - 2 * X[:, -1:]])


DATA = {
    "gaussian": lambda n, d, rng: rng.standard_normal((n, d)),
    "integer": lambda n, d, rng: rng.integers(-2, 3, (n, d)).astype(float),
    "ternary": lambda n, d, rng: rng.integers(-1, 2, (n, d)).astype(float),
    "rademacher": lambda n, d, rng: rng.choice([-1.0, 1.0], (n, d)),
    "one-hot": _one_hot,
    "parallel": _parallel,
    "opposite": _opposite,
    "dependent": _dependent,
    "zero rows": lambda n, d, rng: np.vstack([rng.standard_normal((n - 2, d)), np.zeros((2, d))]),
    "uneven": lambda n, d, rng: rng.standard_normal((n, d)) * 10.0 ** rng.integers(-6, 6, (n, 1)),
    "columns": lambda n, d, rng: rng.standard_normal((n, d)) * 10.0 ** rng.integers(-2, 3, (1, d)),
    "bias": lambda n, d, rng: np.hstack([rng.standard_normal((n, d - 1)), np.ones((n, 1))]),
    "rounded": lambda n, d, rng: np.round(rng.standard_normal((n, d)), 1),
    "sparse": lambda n, d, rng: rng.standard_normal((n, d)) * (rng.random((n, d)) < 0.5),
    "few": lambda n, d, rng: rng.standard_normal((d - 1, d)),
}


def odd_plant(kind, seed):
    """A linear plant on data of a kind, d = 2 to 4, n up to 4 d + 2."""
    rng = np.random.default_rng([list(DATA).index(kind), seed])
    d = int(rng.integers(2, 5))
    n = max(7, int(rng.integers(d + 3, 4 * d + 3)))
    X = DATA[kind](n, d, rng)
    if not X.any():
        X[0, 0] = 1.0
    ways = ("random", "axes", "smallest") if np.linalg.matrix_rank(X) == d else ("random", "axes")
    if kind == "dependent" and seed % 2:  # in the row space, exactly
        return rl.plant(X, direction=X[0] + 2 * X[1] if (X[0] + 2 * X[1]).any() else X[2], rng=seed)
    return rl.plant(X, direction=ways[seed % len(ways)], rng=seed)
