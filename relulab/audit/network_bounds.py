"""What a network costs, and what all networks over the patterns do, with bounds of every rounding error.

A dual vector bounds all networks from below: ``lam^T y - 1/2 ||lam||^2`` or ``sum_i H(y_i lam_i)``, once it
reaches at most beta on every block and, where a constant is free, its sum is zero. So it is shortened; and
where its sum is not zero, its entries of the sign that has more are shortened till it is. By how much is a
real number between two bounds. Sums are bounded as in `rounding`; exponentials and logarithms are those of
Python's `decimal`, which are correctly rounded.
"""

from decimal import Context, Decimal, localcontext
from math import fsum

import numpy as np

from .arithmetic import NotProved, prove
from .dependent_columns import exact_reach
from .rounding import TINY, Basis, U, above, below, exact_signs, norm_above, norm_below, product, sum_above
from .several_outputs import mesh_above, spectral_above

DIGITS = Context(prec=40)
LOST = Decimal("1e-36")  # more than 40 digits lose in a few operations on numbers up to 1


def objective_bounds(p, net):
    """Bounds of ``loss + beta/2 R`` from below and from above."""
    if p.beta is None:
        raise NotProved("rounding errors are bounded for programs with a beta only")
    fit, wrong = _outputs(p, net)
    if p.loss == "squares":
        off = fit - p.y
        wrong = sum_above(wrong, U * np.abs(off))
        least = norm_below(np.maximum(np.abs(off) - wrong, 0) * (1 - 4 * U))
        low = below(0.5 * least**2, 2)
        high = above(0.5 * norm_above(sum_above(np.abs(off), wrong)) ** 2, 2)
    else:
        margin = p.y * fit
        with localcontext(DIGITS):
            low = sum((_softplus(-m, -1) for m in _up(margin, wrong)), Decimal(0))
            high = sum((_softplus(m, 1) for m in _up(-margin, wrong)), Decimal(0))
        low, high = below(float(low), 2), above(float(high), 2)
    weights = np.concatenate([np.ravel(part) for part in p._weights(net)])
    spent = 0.5 * p.beta * norm_below(weights) ** 2, 0.5 * p.beta * norm_above(weights) ** 2
    return below(low + below(spent[0], 4), 2), above(high + above(spent[1], 4), 2)


def bound_below(p):
    """A lower bound of every network's objective over the patterns."""
    if p.beta is None:
        raise NotProved("rounding errors are bounded for programs with a beta only")
    least = {1: 1.0, -1: 1.0}
    if p.free:
        balances = [_balance(column) for column in p.lam.reshape(len(p.lam), -1).T]
        least = {sign: min(balance[sign] for balance in balances) for sign in least}
    uneven = above(1 - min(least.values()), 1)  # what the balance may take of an entry, as a share
    reach = reach_above(p, uneven)
    shorten = min(1.0, below(p.beta / reach, 1)) if reach > 0 else 1.0
    if p.loss == "logistic":
        with localcontext(DIGITS):
            return _entropies(p.lam * p.y, shorten, least, p.y)
    lam, y = p.lam.ravel(), p.y.ravel()
    along, error = product(lam, y)
    taken = above(uneven * (np.abs(lam) @ np.abs(y)), len(y) + 2)
    gained = below(shorten * max(float(along - error - taken) * (1 - 4 * U), 0.0), 1)
    spent = above(0.5 * (shorten * norm_above(p.lam)) ** 2, 4)
    return float((gained - spent) - U * abs(gained - spent))


def _outputs(p, net):
    """The network's outputs on the training data, and how wrong they may be."""
    m, d = len(net.second), p.X.shape[1]
    hidden, error = product(p.X, net.first) if m else (np.zeros((len(p.X), 0)),) * 2
    if net.gates is None:
        error = np.where(hidden < -error, 0, error)  # surely off
        hidden = np.maximum(hidden, 0)
    else:
        is_open = exact_signs(p.X, net.gates) >= 0
        hidden, error = hidden * is_open, error * is_open
    second = net.second
    if net.scale is not None:
        hidden, error = _normalized(hidden, error)
        second = (second.T * net.scale).T
        error = sum_above(
            error, U * np.abs(hidden)
        )  # the product's own rounding, carried by what it multiplies
    fit, rounding = product(hidden, second)
    if np.ndim(net.skip_second):
        pair, pair_error = product(net.skip_first, net.skip_second)
    else:
        pair = net.skip_first * net.skip_second
        pair_error = U * np.abs(pair)
    linear, linear_rounding = product(p.X, pair)
    carried = sum_above(
        above(error @ np.abs(second), m + 2),
        rounding,
        linear_rounding,
        above(np.abs(p.X) @ pair_error, d + 2),
    )
    total = fit + linear + net.intercept
    if not np.isfinite(total).all():
        raise NotProved("network: its outputs overflow")
    sums = above(2 * U * (np.abs(fit + linear) + np.abs(total)), 4)
    return total, sum_above(carried, sums, np.full(fit.shape, (d + m) * TINY))


def _normalized(hidden, error):
    """Columns divided by their norms; a column that is zero for certain stays."""
    scaled, wrong = np.zeros_like(hidden), np.zeros_like(hidden)
    for i, (h, e) in enumerate(zip(hidden.T, error.T, strict=True)):
        if not (h.any() or e.any()):
            continue
        low = norm_below(np.maximum(np.abs(h) - e, 0) * (1 - 2 * U))
        high = norm_above(sum_above(np.abs(h), e))
        if not low > 0:
            raise NotProved(f"network: neuron {i} may be silent, so that nothing divides it")
        scaled[:, i] = h / high
        apart = above((high - low) / low, 3)
        wrong[:, i] = above(e / low + np.abs(scaled[:, i]) * (apart + 2 * U) + TINY, 6)
    return scaled, wrong


def reach_above(p, uneven=0.0):
    """How far the balanced dual vector reaches on the blocks, from above."""
    if p.lam.ndim == 2:
        return max(_reach_of_several(p, j, uneven) for j in range(len(p.masks)))
    sides = (1, -1) if p.form == "exact" else (1,)
    return max(_reach(p, j, side, uneven) for side in sides for j in range(len(p.masks)))


def _reach_of_several(p, j, uneven):
    priced = p.masks[j][:, None] * p.lam
    taken = above(uneven * np.abs(priced), 1)
    stored = p.directions.get(j)
    if stored is not None:

        def length(v):
            weights = np.array(v, dtype=float)
            rows, lost = product(priced, weights)
            return _heard(p, j, rows, sum_above(lost, above(taken @ np.abs(weights), len(v))), stored[v])

        return mesh_above(stored, length, p.lam.shape[1])
    basis = _basis(p, j) if p.kind == "normalized" else None
    if p.kind == "normalized" and basis is None:  # of a projection of what the block hears
        return spectral_above(priced, taken)
    q, error = product(p.X.T, priced)
    error = sum_above(error, above(np.abs(p.X.T) @ taken, len(priced) + 1))
    if basis is None:
        return spectral_above(q, error)
    inside, rounding = product(basis.T.T, q)
    carried = above(np.abs(basis.T.T) @ error, len(q) + 1)
    return float(basis.longest(spectral_above(inside, sum_above(rounding, carried))))


def _reach(p, j, side, uneven):
    priced = side * p.masks[j] * p.lam
    return _heard(p, j, priced, above(uneven * np.abs(priced), 1), p.multipliers.get((j, side)))


def _heard(p, j, priced, taken, m):
    """How far prices of one output reach with multipliers m, the prices known up to what is taken of them."""
    pull = np.zeros_like(priced) if m is None else np.where(p.masks[j], m, -m)
    # The sum of the two may round: what it loses is carried along with what the balance takes.
    rows = priced + pull
    balanced, taken = taken, sum_above(taken, U * np.abs(rows) * (m is not None))
    q, error = product(rows, p.X)
    error = sum_above(error, above(taken @ np.abs(p.X), len(rows) + 1))
    if p.kind != "normalized":
        return float(norm_above(sum_above(np.abs(q), error)))
    basis = _basis(p, j)
    if basis is None:
        active = p.masks[j]
        if m is not None:
            reach = exact_reach(p.X, active, priced, m, f"block {j}")
            return float(sum_above(reach, norm_above(balanced[active])))
        return float(norm_above(sum_above(np.abs(priced), balanced)))  # of a projection of what it hears
    inside, rounding = product(q, basis.T)
    carried = above(error @ np.abs(basis.T), len(q) + 1)
    return float(basis.longest(norm_above(sum_above(np.abs(inside), rounding, carried))))


def _basis(p, j):
    """``U = D_j X T`` with a verified defect; None where the columns may be dependent."""
    if j not in p.bases:
        active = p.masks[j]
        try:
            p.bases[j] = Basis(p.X[active], f"block {j}")
        except NotProved:
            p.bases[j] = None
    return p.bases[j]


def _balance(lam):
    """Bounds from below of what the entries of each sign are multiplied by, so that the sum is zero.

    One of the factors is 1, the other the ratio of the sums, which `fsum` rounds once each.
    """
    up, down = fsum(lam[lam > 0].tolist()), -fsum(lam[lam < 0].tolist())
    if min(up, down) <= 0:
        if max(up, down) > 0:
            raise NotProved("the dual vector has one sign, so that its sum cannot be made zero")
        return {1: 1.0, -1: 1.0}
    return {1: min(1.0, below(down / up, 3)), -1: min(1.0, below(up / down, 3))}


def _entropies(shares, shorten, least, y):
    """``sum_i H(t_i share_i)`` from below, each t_i between ``shorten * least`` and shorten; H is concave."""
    prove("the smallest of the dual vector's shares", float(shares.min()), ">=", 0)
    prove("the largest of the dual vector's shares", float(shares.max()), "<=", 1)
    total = Decimal(0)
    for share, label in zip(shares.tolist(), y.tolist(), strict=True):
        most = Decimal(share) * Decimal(shorten)
        fewest = most * Decimal(least[int(label)])
        total = total + min(_entropy(most), _entropy(fewest)) - LOST
    return float(below(max(float(total), 0.0), 2))


def _entropy(s):
    return -sum((t * t.ln() for t in (s, 1 - s) if t > 0), Decimal(0))


def _softplus(t, side):
    """``log(1 + exp(t))`` from below (side -1) or above."""
    t = Decimal(t)
    if t > 0:  # = t + log(1 + exp(-t))
        return (_softplus(-t, side) + t) * (1 + side * LOST)
    return max((1 + t.exp()).ln() + side * LOST, Decimal(0))


def _up(values, wrong):
    """``values + wrong`` from above, as Python floats."""
    return np.nextafter(values + wrong, np.inf).tolist()
