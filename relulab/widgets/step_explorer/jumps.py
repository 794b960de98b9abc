"""Acceptance and squared jump of a Metropolis-Hastings step in any dimension, exactly, from one coordinate.

The coordinates are independent and alike, so the log ratio L is a sum of n terms, and its characteristic
function is that of one term to the power n. With F its imaginary part, and for a chain at rest,

    E min(1, e^L)       = 2 P(L > 0) = 1 + 2/pi  integral of F(t) / t        over t > 0,
    E 1 / (1 + e^(-L))               = 1/2  +    integral of F(t) / sinh(pi t).
"""

import numpy as np

TARGETS = {  # half of a grid, log density, slope
    "gaussian": (np.arange(57) / 8, lambda x: -x * x / 2, lambda x: -x),
    "hyperbolic": (
        np.arange(177) / 8,
        lambda x: -np.sqrt(0.1 + x * x),
        lambda x: -x / np.sqrt(0.1 + x * x),
    ),
}
PROPOSALS = ("walk", "langevin", "barker")
NOISES = {"gaussian": 1.0, "bumps": 0.1}  # the width of a bump; two of them have the second moment 1
RULES = ("metropolis", "barker")
STEP, BLOCK, MOST_BLOCKS, GONE = 0.15, 32, 10, 1e-9


def noise(name):
    """Increments and their probabilities, with E z^2 = 1."""
    width = NOISES[name]
    u = np.arange(-24, 25) * 0.4 if width == 1 else np.arange(-15, 16) * 0.4
    w = np.exp(-u * u / 2)
    far = np.sqrt(1 - width**2)
    return (
        (u, w / w.sum())
        if width == 1
        else (np.r_[far + width * u, -far - width * u], np.r_[w, w] / 2 / w.sum())
    )


def balance(proposal, tilt):
    """Log of the balancing function at a log ratio."""
    if proposal == "walk":
        return 0 * tilt
    return tilt / 2 if proposal == "langevin" else np.log(2) - np.logaddexp(0, -tilt)


def normalizer(proposal, bumps, pull):
    """Log of the mean of the balancing function over the noise, for a slope times a step."""
    if proposal != "langevin":
        return 0 * pull
    width, a = NOISES[bumps], np.abs(pull) / 2
    return (
        (a * width) ** 2 / 2
        + np.logaddexp(0, -2 * a * np.sqrt(1 - width**2))
        - np.log(2)
        + a * np.sqrt(1 - width**2)
    )


def one_coordinate(target, proposal, bumps, sigma):
    """Log ratios, their probabilities, and squared jumps of one coordinate at rest."""
    x, log_density, slope = TARGETS[target]
    z, w = noise(bumps)
    p = np.exp(log_density(x))
    p[1:] *= 2  # what a mirrored start does, its mirrored steps do
    p /= p.sum()
    y = x[:, None] + sigma * z
    here, there = slope(x)[:, None] * sigma, slope(y) * sigma
    to = balance(proposal, here * z) - normalizer(proposal, bumps, here)
    back = balance(proposal, -there * z) - normalizer(proposal, bumps, there)
    ratio, weight = log_density(y) - log_density(x)[:, None] + back - to, p[:, None] * w * np.exp(to)
    kept = weight > 1e-13
    return ratio[kept], weight[kept], np.broadcast_to((sigma * z) ** 2, y.shape)[kept]


def expected(table, n, rule="metropolis"):
    """Acceptance, and the expected squared jump of a coordinate."""
    ratio, weight, jump = table
    step = STEP / np.sqrt(n * (weight * ratio**2).sum())
    if rule == "barker":
        step = min(step, STEP)
    found = np.array([1.0, (weight * jump).sum()]) / (1 if rule == "metropolis" else 2)
    for block in range(MOST_BLOCKS):
        t = (np.arange(block * BLOCK, (block + 1) * BLOCK) + 0.5) * step
        share = 2 * step / np.pi / t if rule == "metropolis" else step / np.sinh(np.pi * t)
        phase = np.exp(1j * np.outer(t, ratio))
        one, moved = phase @ weight, phase @ (weight * jump)
        found += share @ (one**n).imag, share @ (moved * one ** (n - 1)).imag
        if abs(one[-1]) ** n < GONE:
            break
    return found
