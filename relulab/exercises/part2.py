"""The answers of Part II: weight decay, arrangements, the convex programs, duality."""

import numpy as np

from ..blocks import cones
from ..blocks.blocks import Blocks
from ..data.ensembles import draw
from ..data.planted import plant
from ..patterns.enumeration import enumerate_patterns
from ..patterns.sampling import count_patterns, sample_patterns
from ..programs.solving import solve, solve_dual
from .answers import Accept, Choice, Number


def _four_neurons(answer):
    first, second = (np.asarray(part, dtype=float) for part in answer)
    if first.ndim != 2 or first.shape[0] != 2 or second.shape != first.shape[1:]:
        return f"first has shape {first.shape} and second {second.shape}; they must be (2, m) and (m,)."
    rng = np.random.default_rng(7)
    X, given = rng.standard_normal((4, 2)), rng.standard_normal((2, 9))
    signs = rng.choice([-1.0, 1.0], 9)
    wanted, outputs = np.maximum(X @ given, 0) @ signs, np.maximum(X @ first, 0) @ second
    allowed = np.linalg.norm(given, axis=0).sum()
    spent = (np.linalg.norm(first, axis=0) * np.abs(second)).sum()
    if len(second) > 4:
        return f"That network has {len(second)} neurons; at most four are allowed."
    if not np.abs(outputs - wanted).max() < 1e-8:
        return "The outputs on the four samples are different."
    if spent > allowed + 1e-9:
        return f"It costs {spent:.4f}, more than the {allowed:.4f} of the nine. Try the other sign of z."
    return None


def _hidden_from_the_sample(answer):
    u = np.asarray(answer, dtype=float)
    if u.shape != (3,) or not np.isfinite(u).all():
        return f"u has shape {u.shape}; it must be three finite numbers."
    X = draw("gaussian", 20, 3, rng=42)
    pattern = X @ u >= 0
    if (X @ u == 0).any():
        return "It lies on the border of a cell: some x_i^T u is zero."
    if not pattern.any():
        return "That neuron is off on every point."
    sampled = np.asarray(sample_patterns(X, count=20_000, rng=0))
    if (sampled == pattern[:, None]).all(axis=0).any():
        return "The sample has that pattern. Compare with rl.enumerate_patterns(X)."
    return None


def _degenerate_rows():
    x, y = np.array([2.0, 1.0]), np.array([-1.0, 2.0])
    return enumerate_patterns([x, x, -2 * x, 0 * x, y]).p


def _largest_useful_beta():
    X = draw("gaussian", 12, 3, rng=5)
    return Blocks(X, enumerate_patterns(X), network="skip").norms(plant(X, rng=6).y).max()


def _labels_that_bend(answer):
    y = np.asarray(answer, dtype=float)
    if y.shape != (10,) or not np.isfinite(y).all():
        return f"y has shape {y.shape}; it must be ten finite numbers."
    if not y.any():
        return "Labels that are all zero cost nothing in either program."
    X = draw("gaussian", 10, 2, rng=3)
    S = enumerate_patterns(X)
    gated, exact = (solve(X, y, S, "plain", form, solver="newton").value for form in ("gated", "exact"))
    if not exact > 4 * gated:
        return f"The exact program costs {exact / gated:.2f} times the gated one. Bend the labels more."
    return None


def _nine_samples():
    """The data of chapters 6 and 7."""
    rng = np.random.default_rng(2)
    X = rng.standard_normal((9, 2))
    y = X @ [0.6, -0.8] + np.maximum(X @ [0.8, 0.6], 0) + 0.2 * rng.standard_normal(9)
    return X, y, enumerate_patterns(X)


def _labels_as_prices():
    X, y, S = _nine_samples()
    return y @ y / Blocks(X, S, network="skip").norms(y).max()


def _certificate(answer):
    prices = np.asarray(answer, dtype=float)
    X, y, S = _nine_samples()
    if prices.shape != y.shape or not np.isfinite(prices).all():
        return f"prices has shape {prices.shape}; it must be nine finite numbers."
    worth = cones.largest_norm(Blocks(X, S, network="plain"), prices, "exact")
    if worth > 1 + 1e-6:
        return f"They are not fair: some neuron in its cone earns {worth:.6f} times its cost."
    if not prices @ y > 10.98:
        return f"They are fair, but prove only that the cost is at least {prices @ y:.4f}."
    return None


EXERCISES = {
    "4.1": Number(
        lambda: np.linalg.norm([2, -6, 3]) * 28,
        hints={
            416.5: "That is the charge before rescaling.",
            392: "The charge has a factor one half: half of two equal squares' sum.",
            98: "That is one of two equal parts.",
            2: "That is the factor t. The check is about the charge.",
        },
    ),
    "4.2": Number(
        lambda: np.log(100) / (2 * 0.05),
        hints={
            np.log(100) / 0.05: "The squares fade twice as fast as the weights.",
            np.log(10) / 0.05 / 2: "The difference itself is 0.01, not its square.",
        },
        tolerance=2e-4,
    ),
    "4.3": Number(
        lambda: 1.5 * 8 ** (2 / 3),
        hints={
            12: "Do not forget the factor one half.",
            8: "That is the answer for two layers.",
            4: "That is one square: add three of them and halve.",
        },
    ),
    "4.4": Accept(_four_neurons, expects="a pair of arrays, (2, m) and (m,)"),
    "5.1": Number(
        lambda: count_patterns(10, 3),
        hints={
            1024: "That is every subset. Cover's count is smaller once n is larger than d.",
            20: "That is the count in the plane.",
            46: "Do not forget the factor two: cells come in opposite pairs.",
            91: "The count includes the pattern without any bit.",
        },
    ),
    "5.2": Number(
        lambda: 2**3,
        hints={
            16: "The count grows like n to the power d - 1.",
            4: "That is the factor in space.",
        },
    ),
    "5.3": Number(
        _degenerate_rows,
        hints={
            10: "That is Cover's count for five samples in general position.",
            8: "Rows that are parallel share their bit or have opposite ones.",
            6: "There are only two different lines: a zero row has none.",
            3: "The zero row is always on, so no pattern is without any bit.",
        },
    ),
    "5.4": Number(
        lambda: np.ceil(np.log(0.01) / np.log(1 - 1 / 360)),
        hints={
            np.ceil(np.log(0.01) / np.log(1 - 1 / 180)): "The opposite cell is another pattern.",
            360: "That many gates find it once on average, which is not yet 99 %.",
        },
    ),
    "5.5": Accept(_hidden_from_the_sample, expects="a vector of three numbers"),
    "6.1": Number(
        lambda: 2 * 3 * count_patterns(20, 3),
        hints={
            382: "That is the number of patterns. Each has two vectors.",
            764: "Each vector has three entries.",
            1146: "That is the gated program. The exact one has u and v.",
        },
    ),
    "6.2": Number(_largest_useful_beta, tolerance=1e-5),
    "6.3": Number(
        lambda: np.degrees(2 * np.arcsin(0.1)),
        hints={
            np.degrees(np.arcsin(0.1)): "That is half of the angle.",
            2 * np.arcsin(0.1): "That is the angle in radians.",
        },
        tolerance=5e-4,
    ),
    "6.4": Accept(_labels_that_bend, expects="ten numbers"),
    "6.5": Number(lambda: solve(*_nine_samples(), "skip", "exact", beta=0.05).value, tolerance=1e-5),
    "7.1": Number(_labels_as_prices),
    "7.2": Number(
        lambda: 3 / np.sqrt(2),
        hints={
            np.sqrt(5): "That is the worth without the cone.",
            3: "That neuron has the length of the square root of two.",
            1: "That is the worth of the neuron (1, 0).",
        },
        tolerance=1e-5,
    ),
    "7.3": Number(lambda: solve_dual(*_nine_samples(), "plain").dual[0], tolerance=1e-3),
    "7.4": Accept(_certificate, expects="nine numbers"),
    "7.5": Choice(
        "b",
        hints={
            "a": "An active block has exactly the norm beta, however small its weights are.",
            "c": "All solutions have the same fit, so they have the same residuals.",
        },
        because="All solutions share the fit, and with it the prices.",
    ),
}
