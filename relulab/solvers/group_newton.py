"""Group-l1 problems in the coordinates of few groups: gradient steps for the support, Newton for the rest.

``min_w 1/2 w^T G w - b^T w + beta sum_j ||w_j||`` for groups of one size. Where no group is zero the function
is smooth, and Newton's method on the groups that are on converges in a few steps, from a good start in one or
two. Accelerated proximal gradient steps switch groups on and off. Every step lowers the objective. It is
written in the Python array API: on a GPU the products and factorizations of G are done there.
"""

import numpy as np
import scipy
from array_api_compat import array_namespace, is_numpy_array

ROUND = 10  # gradient steps between two attempts of Newton's method
ROUNDS = 400
NEWTON = 12
RIDGE = 1e-13  # added to the curvature, relative to each coordinate's: groups of lower rank have flat ones
SLOPE = 1e-4
HALVES = tuple(0.5**i for i in range(20))
STRAIGHT = 0.99  # cosine of the way to zero and a step that leads there
TINY = float(np.finfo(float).tiny)
MARGIN = 1.05  # on the largest eigenvalue, which the power method finds from below


def group_minimum(G, b, size, beta, w, precision, rounds=ROUNDS):
    """The minimizer of a group-l1 problem.

    Parameters
    ----------
    G : array, shape (q, q)
        Positive semidefinite, in float64.
    b : array, shape (q,)
        The linear term.
    size : int
        Coordinates of a group.
    beta : float
        Weight of the norms, > 0.
    w : array, shape (q,)
        Where to start.
    precision : float
        How far the optimality conditions may be missed, as a share of beta.
    rounds : int
        Of Newton's method and gradient steps, after which to give up.

    Returns
    -------
    w : array, shape (q,)
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
    program = _Program(G, b, size, beta)
    largest = MARGIN * _largest_eigenvalue(G)
    if largest == 0:
        longest = max(map(float, program.norms(b)), default=0.0)
        return 0 * w, longest <= beta * (1 + precision)
    for _ in range(min(rounds, ROUNDS)):
        w = program.newton(w, precision)
        if program.met(w, precision):
            return w, True
        new, largest = program.gradient_steps(w, largest)
        if bool(program.xp.all(new == w)):
            break
        w = new
    return w, False


def _largest_eigenvalue(G):
    """From below, by the power method from the column with the largest norm."""
    xp = array_namespace(G)
    v, value = G[:, int(xp.argmax(xp.linalg.diagonal(G)))], 0.0
    for _ in range(30):
        length = float(xp.linalg.vector_norm(v))
        if length == 0:
            return 0.0
        v = G @ (v / length)
        value = float(xp.linalg.vector_norm(v))
    return value


def _solved(matrix, target, xp):
    """The solution of a positive semidefinite system, in units in which its diagonal is 1.

    So a column of X in small units is no flat coordinate.
    """
    diagonal = xp.linalg.diagonal(matrix)
    units = 1 / xp.sqrt(xp.where(diagonal > 0, diagonal, xp.ones_like(diagonal)))
    ridge = RIDGE * xp.eye(units.shape[0], dtype=units.dtype, device=units.device)
    return units * _definite(units[:, None] * matrix * units + ridge, units * target, xp)


def _definite(matrix, target, xp):
    if is_numpy_array(matrix):
        return scipy.linalg.cho_solve(scipy.linalg.cho_factor(matrix, lower=True), target)
    try:
        xp.linalg.cholesky(matrix)
        return xp.linalg.solve(matrix, target[:, None])[:, 0]
    except RuntimeError as error:  # what torch raises
        raise np.linalg.LinAlgError(str(error)) from error


def _with_blocks(matrix, blocks):
    """A matrix (m s, m s) with blocks (m, s, s) added along its diagonal."""
    size, matrix = blocks.shape[1], 1 * matrix
    for j in range(blocks.shape[0]):
        own = slice(j * size, (j + 1) * size)
        matrix[own, own] += blocks[j, ...]
    return matrix


class _Program:
    """A group-l1 problem with what its methods share."""

    def __init__(self, G, b, size, beta):
        self.xp, self.G, self.b, self.size, self.beta = array_namespace(G), G, b, size, float(beta)

    def groups(self, w):
        return self.xp.reshape(w, (-1, self.size))

    def norms(self, w):
        groups = self.groups(w)
        return self.xp.sqrt(self.xp.sum(groups * groups, axis=1))

    def met(self, w, precision):
        xp, norms = self.xp, self.norms(w)
        on = norms > 0
        pulls = self.groups(w) * (self.beta / xp.where(on, norms, 1.0))[:, None]
        misses = self.norms(self.G @ w - self.b + xp.reshape(pulls, (-1,)))
        return bool(xp.all(misses <= self.beta * xp.where(on, precision, 1 + precision + 0 * norms)))

    def shrunk(self, w, threshold):
        kept = self.xp.clip(1 - threshold / self.xp.clip(self.norms(w), min=TINY), min=0.0)
        return self.xp.reshape(self.groups(w) * kept[:, None], (-1,))

    def gradient_steps(self, w, largest):
        """Accelerated proximal gradient steps, begun anew where they turn back, shorter where too long."""
        v, momentum = w, 1.0
        for _ in range(ROUND):
            gradient = self.G @ v - self.b
            new = self.shrunk(v - gradient / largest, self.beta / largest)
            move = new - v
            if float(move @ (self.G @ move)) > largest * float(move @ move) * (1 + 1e-12):
                largest *= 2
                continue
            if float(move @ (new - w)) < 0:
                v, momentum = new, 1.0
            else:
                later = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
                v, momentum = new + (momentum - 1) / later * (new - w), later
            w = new
        return w, largest

    def newton(self, w, precision):
        """Newton's method on the groups that are on, as long as its steps lower the objective."""
        xp, size = self.xp, self.size
        on = self.norms(w) > 0
        if not bool(xp.any(on)):
            return w
        whole = bool(xp.all(on))
        part, own, target = (w, self.G, self.b) if whole else self.restricted(w, on)
        eye = xp.eye(size, dtype=w.dtype, device=w.device)
        for _ in range(NEWTON):
            norms = self.norms(part)
            if float(xp.min(norms)) <= np.finfo(float).eps * float(xp.max(norms)):
                break
            units = self.groups(part) / norms[:, None]
            fitted = own @ part
            gradient = fitted - target + self.beta * xp.reshape(units, (-1,))
            if float(xp.max(self.norms(gradient))) <= 0.1 * precision * self.beta:
                break
            bend = self.beta * (eye - units[:, :, None] * units[:, None, :]) / norms[:, None, None]
            try:
                step = -_solved(_with_blocks(own, bend), gradient, xp)
            except np.linalg.LinAlgError:
                break
            length = self.length(own @ step, fitted - target, part, step, float(gradient @ step))
            if length == 0:
                break
            part = part + length * step
        return part if whole else self.widened(part, on)

    def restricted(self, w, on):
        """The problem of the groups that are on: the point, the matrix, the linear term."""
        xp = self.xp
        index = xp.nonzero(xp.repeat(on, self.size))[0]
        columns = xp.take(self.G, index, axis=0)
        return xp.take(w, index), xp.take(columns, index, axis=1), xp.take(self.b, index)

    def widened(self, part, on):
        """The groups that are on in their places, zeros elsewhere."""
        xp = self.xp
        places = xp.clip(xp.cumulative_sum(xp.astype(on, xp.int64)) - 1, min=0)
        groups = xp.take(self.groups(part), places, axis=0)
        return xp.reshape(xp.where(on[:, None], groups, xp.zeros_like(groups)), (-1,))

    def length(self, bent, residual, w, step, slope):
        """How far a step is taken: halved until the objective falls, or to where a group ends; 0: not at all.

        A group that is not needed ends on a way through zero along which little but its norm changes: it may
        be much shorter than the step.
        """
        total = self.xp.sum
        before, linear, square = float(total(self.norms(w))), float(residual @ step), 0.5 * float(step @ bent)
        for length in sorted([*HALVES, *self.ends(w, step)], reverse=True):
            after = float(total(self.norms(w + length * step)))
            if length * linear + length**2 * square + self.beta * (after - before) <= SLOPE * length * slope:
                return length
        return 0.0

    def ends(self, w, step):
        """After which shares of a step, below 1, the first group that goes through zero is there."""
        xp = self.xp
        norms, steps = self.norms(w), self.norms(step)
        toward = -xp.sum(self.groups(w) * self.groups(step), axis=1)
        straight = toward >= STRAIGHT * norms * steps
        shares = xp.where(straight & (steps > 0), norms / xp.where(steps > 0, steps, 1.0), 1.0)
        first = float(xp.min(shares))
        return [first] if first < 1 else []
