"""Group-l1 problems in the coordinates of few groups: gradient steps for the support, Newton for the rest.

``min_w 1/2 w^T G w - b^T w + beta sum_j ||w_j||`` for groups of one size. Where no group is zero the function
is smooth, and Newton's method on the groups that are on converges in a few steps, from a good start in one or
two. Accelerated proximal gradient steps switch groups on and off. Every step lowers the objective.
"""

import numpy as np
import scipy

ROUND = 10  # gradient steps between two attempts of Newton's method
ROUNDS = 400
NEWTON = 12
RIDGE = 1e-13  # added to the curvature, relative to its mean: groups of lower rank have flat coordinates
SLOPE = 1e-4
MARGIN = 1.05  # on the largest eigenvalue, which the power method finds from below


def group_minimum(G, b, size, beta, w, precision, rounds=ROUNDS):
    """The minimizer of a group-l1 problem.

    Parameters
    ----------
    G : ndarray, shape (q, q)
        Positive semidefinite.
    b : ndarray, shape (q,)
        The linear term.
    size : int
        Coordinates of a group.
    beta : float
        Weight of the norms, > 0.
    w : ndarray, shape (q,)
        Where to start.
    precision : float
        How far the optimality conditions may be missed, as a share of beta.
    rounds : int
        Of Newton's method and gradient steps, after which to give up.

    Returns
    -------
    w : ndarray, shape (q,)
        The minimizer.
    met : bool
        Whether the conditions are met that well; otherwise it is the best point found.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.solvers.group_newton import group_minimum
    >>> w, met = group_minimum(np.eye(4), np.array([3.0, 4.0, 0.3, 0.4]), 2, 1.0, np.zeros(4), 1e-12)
    >>> w.round(9) + 0.0, met
    (array([2.4, 3.2, 0. , 0. ]), True)
    """
    largest = MARGIN * _largest_eigenvalue(G)
    if largest == 0:
        return np.zeros_like(w), bool(_norms(b, size).max(initial=0) <= beta * (1 + precision))
    for _ in range(min(rounds, ROUNDS)):
        w = _newton(G, b, size, beta, w, precision)
        if _met(G @ w - b, w, size, beta, precision):
            return w, True
        new, largest = _gradient_steps(G, b, size, beta, w, largest)
        if np.array_equal(new, w):
            break
        w = new
    return w, False


def _norms(w, size):
    return np.sqrt(np.square(w.reshape(-1, size)).sum(axis=1))


def _largest_eigenvalue(G):
    """From below, by the power method from the column with the largest norm."""
    v = G[:, np.argmax(np.diagonal(G))]
    value = 0.0
    for _ in range(30):
        length = np.linalg.norm(v)
        if length == 0:
            return 0.0
        v = G @ (v / length)
        value = np.linalg.norm(v)
    return value


def _met(gradient, w, size, beta, precision):
    norms, g = _norms(w, size), gradient.reshape(-1, size)
    on = norms > 0
    pulled = g.copy()
    pulled[on] += beta * w.reshape(-1, size)[on] / norms[on, None]
    misses = np.sqrt(np.square(pulled).sum(axis=1))
    return bool(np.all(misses <= beta * np.where(on, precision, 1 + precision)))


def _shrunk(w, size, threshold):
    groups = w.reshape(-1, size)
    norms = np.sqrt(np.square(groups).sum(axis=1))
    return (groups * np.maximum(1 - threshold / np.maximum(norms, np.finfo(float).tiny), 0)[:, None]).ravel()


def _gradient_steps(G, b, size, beta, w, largest):
    """Accelerated proximal gradient steps, begun anew where they turn back; shorter where one is too long."""
    v, momentum = w, 1.0
    for _ in range(ROUND):
        gradient = G @ v - b
        new = _shrunk(v - gradient / largest, size, beta / largest)
        move = new - v
        if move @ (G @ move) > largest * (move @ move) * (1 + 1e-12):
            largest *= 2
            continue
        if move @ (new - w) < 0:
            v, momentum = new, 1.0
        else:
            later = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            v, momentum = new + (momentum - 1) / later * (new - w), later
        w = new
    return w, largest


def _newton(G, b, size, beta, w, precision):
    """Newton's method on the groups that are on, as long as its steps lower the objective."""
    on = np.flatnonzero(_norms(w, size))
    if not on.size:
        return w
    index = (on[:, None] * size + np.arange(size)).ravel()
    whole = len(index) == len(w)
    part, own, target = w[index], G if whole else G[np.ix_(index, index)], b[index]
    ridge = RIDGE * np.trace(own) / len(own)
    for _ in range(NEWTON):
        norms = _norms(part, size)
        if norms.min() <= np.finfo(float).eps * norms.max():
            break
        units = part.reshape(-1, size) / norms[:, None]
        fitted = own @ part
        gradient = fitted - target + beta * units.ravel()
        if np.sqrt(np.square(gradient.reshape(-1, size)).sum(axis=1)).max() <= 0.1 * precision * beta:
            break
        bend = beta * (np.eye(size) - units[:, :, None] * units[:, None, :]) / norms[:, None, None]
        curved = own.copy()
        groups = curved.reshape(len(on), size, len(on), size)
        groups[np.arange(len(on)), :, np.arange(len(on)), :] += bend + ridge * np.eye(size)
        try:
            step = -scipy.linalg.cho_solve(scipy.linalg.cho_factor(curved, lower=True), gradient)
        except np.linalg.LinAlgError:
            break
        length = _length(own @ step, fitted - target, part, step, size, beta, gradient @ step)
        if length == 0:
            break
        part = part + length * step
    result = np.zeros_like(w)
    result[index] = part
    return result


def _length(bent, residual, w, step, size, beta, slope):
    """How far a step is taken: halved until the objective falls; 0 where it does not."""
    before, linear, square = _norms(w, size).sum(), residual @ step, 0.5 * (step @ bent)
    length = 1.0
    for _ in range(12):
        change = (
            length * linear + length**2 * square + beta * (_norms(w + length * step, size).sum() - before)
        )
        if change <= SLOPE * length * slope:
            return length
        length /= 2
    return 0.0
