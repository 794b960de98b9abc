"""How long a sum of vectors with free signs can get: upper bounds by quadratic forms.

For ``alpha > 0`` of sum 1 let ``M = sum_i a_i a_i^T / alpha_i``. Any ``y = sum_i z_i a_i`` with
``|z_i| <= 1`` has ``y^T M^+ y <= sum_i alpha_i z_i^2 <= 1`` (Cauchy-Schwarz), so for ``s > lambda_max(M)``

    ||c + y||^2 <= max_y ||c + y||^2 - s (y^T M^+ y - 1) = s + c^T (I - M / s)^{-1} c.

Every alpha and every s give a valid bound. A good alpha makes lambda_max small; it is the same for all c, so
that the bound of many c is one product of matrices. What is good for s depends on c: a few are tried. Where c
are known, `fitted` makes both for them.
"""

from typing import NamedTuple

import numpy as np

TIMES = (
    1.05,
    1.2,
    1.5,
    2.2,
    4.0,
)  # s over lambda_max: from c nearly orthogonal to M's first axes to c along them
FIRST, NEXT = 30, 3  # steps to alpha from scratch, and from that of one vector more
SHARP = 20.0  # eigenvalues within a twentieth of the largest count as largest
LEAST = 1e-9  # what an alpha is at least, as a share of its vector's length
BARRIER = 3e-3  # its share in what `fitted` minimizes
STRIDE = 0.3  # of a step to where the gradient would vanish, on the scale of logarithms
TOP, DOWN = 0.99, 0.97  # lambda_max(M) / s: what it must stay below, and what it is brought down to


class SignBounds:
    """Bounds of ``||c + sum_{i >= k} z_i a_i||^2`` over ``|z_i| <= 1``, for every depth k.

    What a depth needs is computed when it is first asked for, best in the order 0, 1, 2, ...

    Parameters
    ----------
    rows : ndarray, shape (n, d)
        The vectors a_i.
    first : int
        Steps to the alpha of the depth that is asked for first.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.solvers.sign_bounds import SignBounds
    >>> bounds = SignBounds(np.array([[0.6, 0.0], [0.0, 0.5]]))
    >>> bounds.bound(0, np.array([[1.0, 0.0]])).round(2)  # the longest is (1.6, 0.5)
    array([3.17])
    >>> bounds.bound(2, np.array([[1.6, 0.5]])).round(2)
    array([2.81])
    """

    def __init__(self, rows, first=FIRST):
        self.rows, self.first = rows, first
        self.lengths = np.linalg.norm(rows, axis=1)
        self._axis, self._known = None, {}

    def forms(self, k):
        """Of depth k the sizes s (m,) and factors F (m, d, d): the bounds are ``s + ||c F||^2``."""
        return self._at(k)[:2]

    def alpha(self, k):
        """Of depth k the shares (n - k,) that its forms use."""
        return self._at(k)[2]

    def bound(self, k, centers):
        """The least of the bounds of depth k, for each center: (b, d) -> (b,)."""
        best = np.full(len(centers), np.inf)
        for size, factor in zip(*self.forms(k), strict=True):
            turned = centers @ factor
            np.minimum(best, size + np.vecdot(turned, turned), out=best)
        return best

    def _at(self, k):
        if k not in self._known:
            self._known[k] = self._computed(k)
        return self._known[k]

    def _computed(self, k):
        rows, lengths, d = self.rows[k:], self.lengths[k:], self.rows.shape[1]
        if not lengths.any():
            return np.zeros(1), np.eye(d)[None], np.full(len(rows), 1.0 / max(len(rows), 1))
        values, vectors, alpha, self._axis = spread(rows, lengths, self._axis, self.first)
        sizes = np.multiply(TIMES, values[-1])
        stretched = vectors / np.sqrt(1 - np.clip(values, 0, None) / sizes[:, None])[:, None, :]
        return sizes, stretched @ vectors.T, alpha


def spread(rows, lengths, axis=None, first=FIRST):
    """Shares that make the largest eigenvalue of M small.

    The least eigenvalue is the square of ``max sum_i sqrt(a_i^T Y a_i)`` over Y >= 0 of trace 1, and there
    alpha_i is proportional to the root. Y heads, in shrinking steps, for M's first axes.

    Parameters
    ----------
    rows : ndarray, shape (m, d)
        The vectors, not all zero.
    lengths : ndarray, shape (m,)
        Their norms.
    axis : ndarray, shape (d, d), optional
        The Y of nearly the same vectors, to start from.
    first : int
        Steps where there is none.

    Returns
    -------
    values, vectors : ndarray, shape (d,), (d, d)
        Eigenvalues, ascending, and eigenvectors of M.
    alpha : ndarray, shape (m,)
        The shares.
    axis : ndarray, shape (d, d)
        The last Y.
    """
    best, fresh = None, axis is None
    alpha = lengths if fresh else _roots(rows, lengths, axis)
    for step in range(first if fresh else NEXT):
        alpha = np.maximum(alpha, LEAST * lengths.max())
        alpha = alpha / alpha.sum()
        values, vectors = np.linalg.eigh((rows / alpha[:, None]).T @ rows)
        if best is None or values[-1] < best[0][-1]:
            best = values, vectors, alpha
        weights = np.exp(SHARP * (values / values[-1] - 1))
        target = (vectors * (weights / weights.sum())) @ vectors.T
        if axis is None:
            axis = target
        else:
            axis = axis + (target - axis) / (step / 2 + 1.5 if fresh else step + 3)
        alpha = _roots(rows, lengths, axis)
    return *best, axis


def _roots(rows, lengths, axis):
    return np.sqrt(np.maximum(np.vecdot(rows @ axis, rows), 0)) + LEAST * lengths


class Form(NamedTuple):
    """One bound: ``size + ||c factor||^2``, with the shares alpha that it is made of."""

    size: float
    factor: np.ndarray
    shares: np.ndarray


def fitted(rows, centers, shares=None, size=None, steps=8, enough=0.0):
    """Nearly the best bound for centers that are known, on average.

    With ``delta_i = s alpha_i`` the bound is ``sum_i delta_i + c^T G^{-1} c``, ``G = I - sum_i a_i a_i^T /
    delta_i``, convex in delta. Less a multiple of ``log det G``, it is least where ``delta_i^2`` is the
    mean of ``(a_i^T G^{-1} c)^2`` plus that multiple of ``a_i^T G^{-1} a_i``: steps go there.

    Parameters
    ----------
    rows : ndarray, shape (r, d)
        The vectors a_i, not all zero.
    centers : ndarray, shape (b, d)
        The c.
    shares, size : ndarray, shape (r,), float, optional
        alpha and s to start from.
    steps : int
        How many steps are taken; the best is kept.
    enough : float
        No more steps are taken once the bounds of all centers are below this.

    Returns
    -------
    Form

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.solvers.sign_bounds import fitted
    >>> form = fitted(np.array([[0.6, 0.0], [0.0, 0.5]]), np.array([[1.0, 0.0]]), steps=30)
    >>> round(float(form.size + form.factor[0] @ form.factor[0]), 2)  # SignBounds has 3.17, the longest 2.81
    2.96
    """
    delta = np.vecdot(rows, rows) if shares is None else size * shares
    best, least = None, np.inf
    for _ in range(steps):
        delta = np.maximum(delta, LEAST * delta.max())
        values, vectors = np.linalg.eigh((rows / delta[:, None]).T @ rows)
        if values[-1] > TOP:
            delta, values = delta * (values[-1] / DOWN), values * (DOWN / values[-1])
        weights = 1 / (1 - np.clip(values, 0, None))
        turned = centers @ vectors
        bounds = turned**2 @ weights
        size = delta.sum()
        bound = size + bounds.sum() / len(bounds)
        done = size + bounds.max() < enough
        if bound < least or done:
            least, best = bound, (delta, vectors, weights)
        if done:
            break
        inside = rows @ vectors
        wanted = ((inside * weights) @ turned.T) ** 2
        wanted = wanted.sum(axis=1) / len(bounds) + BARRIER * (inside**2 @ weights)
        delta = delta ** (1 - STRIDE) * wanted ** (STRIDE / 2)
    delta, vectors, weights = best
    return Form(delta.sum(), (vectors * np.sqrt(weights)) @ vectors.T, delta / delta.sum())
