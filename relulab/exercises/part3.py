"""The answers of Part III: neural isometry."""

from itertools import count
from math import comb

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from .. import phase, theory
from ..blocks import Blocks, isometry
from ..data import draw, plant
from ..patterns import count_patterns, enumerate_patterns, has_all_ones, sample_patterns
from .answers import Accept, Choice, Condition, Meets, Number


def _one_dimension():
    x = np.array([1.0, 2.0, 2.0, -4.0])
    return max(x[x > 0] @ x[x > 0], x[x < 0] @ x[x < 0]) / (x @ x)


def _certificate(dual):
    """A dual vector of the reader's, for a problem in which the shortest one fails."""
    plant, S = phase.instance(60, 20, 0, direction="smallest", rng=34)
    dual = np.asarray(dual, dtype=float)
    if dual.shape != plant.y.shape:
        return f"The answer is an array of shape {plant.y.shape}; this one has shape {dual.shape}."
    norms = Blocks(plant.X, S, network="skip").norms(dual)[1:]
    missed = np.linalg.norm(plant.X.T @ dual - plant.weights[:, 0])
    if not missed <= 1e-6:
        return f"X^T dual differs from w by {missed:.2g}. Project onto these equations as the last step."
    if not norms.max() < 1:
        over = int((norms >= 1).sum())
        return f"{over} of {len(norms)} norms are 1 or more, the largest {norms.max():.4f}."
    return None


def _wider():
    """A gate that is on where the planted ReLU is, and on some further row."""
    plant, _ = phase.instance(20, 4, 0, kind="relu", rng=4)
    active = plant.X @ plant.weights[:, 0] > 0
    silent = "It has no silent row: this is the planted pattern itself."
    return [
        Condition(plant.X[active], "{missed} of the {of} active rows are not in its pattern.", low=0),
        Condition(plant.X[~active], silent, low=0, least=1),
    ]


def _nic_k():
    plant, S = phase.instance(60, 5, 1, kind="relu", k=3, rng=7)
    return 1 - isometry(plant, S, network="plain").margin


def _without_all_ones(ensemble):
    """An ensemble of the reader's without all-ones patterns."""
    for n, d in ((2, 1), (4, 3), (10, 4), (30, 20)):
        for seed in range(3):
            X = np.asarray(ensemble(n, d, np.random.default_rng(seed)), dtype=float)
            if X.shape != (n, d):
                return f"For n = {n} and d = {d} it must give an array of shape ({n}, {d}), not {X.shape}."
            if not X.any(axis=1).all():
                return "A row of zeros is on no side of any plane; that does not count."
            if has_all_ones(X):
                return f"With n = {n} and d = {d} some u is positive on every row."
    return None


def _decay_at(beta):
    """What the window theorem asks for: max_j ||X^T D_j P z|| / (1 - nu_j), with w0 at this decay."""
    hidden, S = _noisy(80, 10, 0.3, 1)
    X, masks = hidden.X, np.asarray(S, dtype=float)
    inverse, w = np.linalg.inv(X.T @ X), _shrunk(X, hidden.y, beta)
    dual = X @ inverse @ w / np.linalg.norm(w)
    outside = hidden.noise - X @ (inverse @ (X.T @ hidden.noise))
    norms = [np.linalg.norm((masks * v[:, None]).T @ X, axis=1) for v in (outside, dual)]
    return float((norms[0] / (1 - norms[1])).max())


def _noisy(n, d, sigma, seed):
    X = draw("gaussian", n, d, rng=seed)
    return plant(X, sigma=sigma, rng=seed + 1), sample_patterns(X, rng=seed + 2)


def _keeps_the_linear_part():
    """The decays at which the ReLU blocks are zero and the linear part is not.

    The ReLU blocks stay out as long as the residual of the linear part alone has block norms up to the decay.
    """
    hidden, S = _noisy(50, 8, 0.25, 4)
    X, y = hidden.X, hidden.y
    blocks = Blocks(X, S, network="plain")
    most = np.linalg.norm(X.T @ y)
    least = brentq(
        lambda beta: blocks.norms(y - X @ _shrunk(X, y, beta)).max() - beta, 1e-3 * most, 0.999 * most
    )
    return [
        Condition([[1.0]], "Some ReLU neurons are still there. More decay.", low=least),
        Condition([[1.0]], "The linear part is zero too. Less decay.", high=most),
    ]


def _shrunk(X, y, beta):
    """The linear part alone at a decay: ridge regression with mu, where mu ||w|| is the decay."""

    def ridge(mu):
        return np.linalg.solve(X.T @ X + mu * np.eye(X.shape[1]), X.T @ y)

    return ridge(brentq(lambda mu: mu * np.linalg.norm(ridge(mu)) - beta, 0, 1e6))


def _violator(gate):
    """A gate on which the shortest dual vector of a linear plant reaches 1."""
    hidden, S = phase.instance(30, 10, 0, rng=8)
    gate = np.asarray(gate, dtype=float)
    if gate.shape != (10,):
        return f"The answer is an array of 10 numbers; this one has shape {gate.shape}."
    dual = isometry(hidden, S).dual
    reached = np.linalg.norm(hidden.X.T @ ((hidden.X @ gate >= 0) * dual))
    return None if reached >= 1 else f"The norm of its pattern is {reached:.3f}. Search on."


def _over_all_patterns():
    hidden, _ = phase.instance(11, 4, 5, rng=8)
    return int((isometry(hidden, enumerate_patterns(hidden.X)).norms >= 1).sum())


def _two_gates():
    X = draw("gaussian", 120, 40, rng=0)
    union = theory.union_bound(X, np.eye(40)[0], weighted=False)
    return union - np.log10(float(count_patterns(120, 40))) + np.log10(2)


EXERCISES = {
    "8.1": Number(
        lambda: 2,
        hints={1: "That is the cost of the linear part. This fit has two ReLU neurons."},
        because="Two blocks of norm 1 cost 2; the linear part costs 1.",
    ),
    "8.2": Number(
        _one_dimension,
        hints={
            0.36: "That is the smaller of the two. Look at the other sign.",
            1: "No gate holds all rows: they have both signs.",
        },
        because="A gate holds the rows of one sign, and each norm is their share of the sum of squares.",
    ),
    "8.3": Choice(
        "c",
        hints=dict.fromkeys(
            "ab", "Is there a u with x_i^T u > 0 for every positive row? Does that depend on n?"
        ),
        because="The vector of ones is positive on every row, so the all-ones pattern exists for every n, "
        "and in the gated program the plant has a twin.",
    ),
    "8.4": Accept(_certificate, "an array of 60 numbers", "Your vector proves that the plant is unique."),
    "8.5": Number(
        lambda: 0.5,
        hints={
            0.25: "That is the square of the norm.",
            1: "All rows together give the identity, those on one side of a plane about half of it.",
        },
        because="The rows on one side of a plane give about half of the identity.",
    ),
    "9.1": Number(
        lambda: np.linalg.norm([1.0, 1.0]),
        hints={
            2: "That is the cost of two blocks. One block with the weights w1 + w2 gives the same output."
        },
        because="They merge into one block with the weights (1, 1).",
    ),
    "9.2": Number(
        lambda: np.sqrt(1 - 0.6**2),
        hints={
            0.6: "That is the best price. How long is w + 0.6 x_i?",
            1: "That is the norm at price zero. Raise the price.",
            0.64: "That is the square of the norm.",
        },
        because="What is left of w is its part orthogonal to the silent row.",
    ),
    "9.3": Meets((4,), _wider, "This pattern is wider than the planted one."),
    "9.4": Number(
        lambda: sum(comb(6, active) for active in range(3, 7)) / (2**6 - 1),
        hints={
            42 / 64: "A silent neuron is drawn again: condition on at least one active row.",
            0.5: "Count the patterns with 3, 4, 5 or 6 active rows among 6.",
        },
        because="At least d = 3 of 6 rows must be active.",
    ),
    "9.5": Number(
        _nic_k,
        hints={1: "The planted blocks have norm 1; look at the others."},
        because="All planted equations are solved together, by one pseudoinverse.",
    ),
    "10.1": Number(
        lambda: theory.wendel(3, 2),
        hints={0.25: "That is the probability of the opposite, a triangle around the center."},
        because="Three of the four throws of two coins have fewer than two heads.",
    ),
    "10.2": Number(
        lambda: next(n for n in count(50) if theory.wendel(n, 50) <= 0.01),
        hints={
            100: "At n = 2d the probability is 1/2.",
            125: "One more: here the all-ones pattern is still a little too likely.",
            127: "One less is enough already.",
        },
        tolerance=1e-9,
        because="The all-ones pattern then has a probability of at most 1 %.",
    ),
    "10.3": Number(
        lambda: (1 + 1 / np.sqrt(3)) ** 2,
        hints={
            2.49: "Good to two digits. Solve for the square root of d/n to get all of them.",
            1 / (1 + 1 / np.sqrt(3)) ** 2: "That is d/n. Take the inverse.",
        },
        because="The square root of d/n solves a linear equation.",
    ),
    "10.4": Accept(_without_all_ones, "a function (n, d, rng) -> X", "No u is positive on every row."),
    "10.6": Number(
        lambda: (1 / 4) / 3,
        hints={
            3: "That is q. For an eigenvector q is d/n over its eigenvalue.",
            0.25: "That is d/n, and about the smallest eigenvalue too. Divide by 3.",
        },
        because="For an eigenvector q = (d/n)/s, and the edge is at q = 3.",
    ),
    "11.1": Number(
        lambda: 3 - 1,
        hints={
            3: "That is the solution without decay.",
            0.5: "That is mu. The norm is beta / mu.",
            1.5: "That is ridge regression with mu = 1, but mu is beta over the norm of the solution.",
        },
        because="For white data the decay shortens the vector by beta.",
    ),
    "11.2": Number(
        lambda: _decay_at(0.3),
        tolerance=1e-4,
        because="It is below 0.3, so the theorem applies at this decay.",
    ),
    "11.3": Number(
        lambda: np.sqrt(2) * norm.ppf(0.99 ** (1 / 100)),
        hints={
            round(norm.ppf(0.99 ** (1 / 100)), 4): "That is s q. Divide by q, the square root of 1/2.",
            round(np.sqrt(2) * norm.ppf(0.99 ** (1 / 50)), 4): "Both clusters count: 100 rows, not 50.",
            round(np.sqrt(2) * norm.ppf(0.99), 4): "That is for one row. All 100 must be on their sides.",
        },
        tolerance=1e-3,
        because="Each of the 100 rows must be on its side.",
    ),
    "11.4": Meets((), _keeps_the_linear_part, "Only the linear part is left."),
    "11.6": Number(
        lambda: 0.01 * 1.5**2 / (4 * 0.2),
        hints={
            0.01 * 1.5 / (4 * 0.2): "The length of the certificate enters squared.",
            0.01 * 1.5**2 / 0.2: "There is a 4 in the denominator.",
        },
        tolerance=1e-3,
        because="Without noise the bound is beta times the squared length of the certificate, over 4 m.",
    ),
    "12.1": Number(
        lambda: 1 - 2.0**-4,
        hints={
            0: "That is the gated program. Real neurons lie in their cones.",
            1 - 2.0**-5: "Labels of one sign can be all positive or all negative.",
        },
        because="The labels have one sign with probability 1/16.",
    ),
    "12.2": Number(
        lambda: sum(comb(8, active) for active in range(3, 9)) / 2**8,
        hints={37 / 256: "That is the probability of fewer than three active rows."},
        because="At least three of eight rows must be active.",
    ),
    "12.3": Accept(_violator, "an array of 10 numbers", "This pattern breaks NIC-L."),
    "12.4": Number(
        _over_all_patterns,
        hints={0: "None in the sample; list all patterns with enumerate_patterns."},
        because="The sample holds none of them.",
    ),
    "12.6": Number(
        lambda: enumerate_patterns(draw("gaussian", 5, 1, rng=0, bias=True)).p,
        hints={
            10: "That counts the zero pattern, or all five points twice.",
            2: "That is without a bias, where the threshold stays at zero.",
        },
        because="The patterns are the beginnings and the ends of the row of points.",
    ),
    "13.1": Choice(
        "no",
        hints={"yes": "With labels of one sign another network of cost 1 gives them: one ReLU neuron."},
        because="One ReLU neuron gives the same labels at the same cost.",
    ),
    "13.2": Number(
        lambda: 0.8,
        hints={
            0.6: "That is how far the other segment's end is. The largest distance counts.",
            1: "That is the distance of the two ends; the nearest point counts.",
        },
        because="The end of the second segment is nearest to the origin.",
    ),
    "13.3": Number(
        _two_gates,
        tolerance=1e-3,
        because="The number of patterns is replaced by 2.",
    ),
}
