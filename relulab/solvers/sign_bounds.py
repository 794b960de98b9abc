"""How long a sum of vectors with free signs can get: upper bounds by quadratic forms.

For ``alpha > 0`` of sum 1 let ``M = sum_i a_i a_i^T / alpha_i``. Any ``y = sum_i z_i a_i`` with
``|z_i| <= 1`` has ``y^T M^+ y <= sum_i alpha_i z_i^2 <= 1`` (Cauchy-Schwarz), so for ``s > lambda_max(M)``

    ||c + y||^2 <= max_y ||c + y||^2 - s (y^T M^+ y - 1) = s + c^T (I - M / s)^{-1} c.

Every alpha and every s give a valid bound, and one alpha serves all c: the bound of many c is one product of
matrices. Which alpha is good depends on c, so it is fitted to a few. What is good for s depends on c, too: a
few are tried.
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
FIRST, NEXT = 8, 2  # steps to an alpha from scratch, and from that of one vector more
LEAST = 1e-9  # what an alpha is at least, as a share of the largest
BARRIER = 3e-3  # its share in what is minimized
STRIDE = 0.3  # of a step to where the gradient would vanish, on the scale of logarithms
TOP, DOWN = 0.99, 0.97  # lambda_max(M) / s: what it must stay below, and what it is brought down to


class SignBounds:
    """Bounds of ``||c + sum_{i >= k} z_i a_i||^2`` over ``|z_i| <= 1``, for every depth k.

    The alpha of a depth is fitted to the centers that its bound is first asked for, best in the order 0, 1,
    2, ...

    Parameters
    ----------
    rows : ndarray, shape (n, d)
        The vectors a_i.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.solvers.sign_bounds import SignBounds
    >>> bounds = SignBounds(np.array([[0.6, 0.0], [0.0, 0.5]]))
    >>> bounds.bound(0, np.array([[1.0, 0.0]])).round(2)  # the longest is (1.6, 0.5)
    array([2.99])
    >>> bounds.bound(2, np.array([[1.6, 0.5]])).round(2)
    array([2.81])
    """

    def __init__(self, rows):
        self.rows, self._deltas, self._forms = rows, {}, {}
        self.lengths = np.linalg.norm(rows, axis=1)

    def forms(self, k):
        """Of depth k the sizes s (m,) and factors F (m, d, d): the bounds are ``s + ||c F||^2``."""
        return self._forms[k]

    def alpha(self, k):
        """Of depth k the shares (n - k,) that its forms use."""
        return self._deltas[k] / self._deltas[k].sum()

    def bound(self, k, centers):
        """The least of the bounds of depth k, for each center: (b, d) -> (b,)."""
        if k not in self._deltas:
            self._fit(k, centers)
        best = np.full(len(centers), np.inf)
        for size, factor in zip(*self._forms[k], strict=True):
            turned = centers @ factor
            np.minimum(best, size + np.vecdot(turned, turned), out=best)
        return best

    def _fit(self, k, centers):
        rows, d = self.rows[k:], self.rows.shape[1]
        if not rows.any():
            self._deltas[k] = np.ones(len(rows))
            self._forms[k] = np.zeros(1), np.eye(d)[None]
            return
        delta, steps = None, FIRST
        if k - 1 in self._deltas:
            delta, steps = self._deltas[k - 1][1:], NEXT
        delta, values, vectors = _fitted(rows, centers, delta, steps)
        self._deltas[k] = delta
        sizes = np.multiply(TIMES, values[-1] * delta.sum())
        stretched = vectors / np.sqrt(1 - values / np.multiply(TIMES, values[-1])[:, None])[:, None, :]
        self._forms[k] = sizes, stretched @ vectors.T


class Form(NamedTuple):
    """One bound: ``size + ||c factor||^2``, with the shares alpha that it is made of."""

    size: float
    factor: np.ndarray
    shares: np.ndarray


def fitted(rows, centers, shares=None, size=None, steps=8):
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

    Returns
    -------
    Form

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.solvers.sign_bounds import fitted
    >>> form = fitted(np.array([[0.6, 0.0], [0.0, 0.5]]), np.array([[1.0, 0.0]]), steps=30)
    >>> round(float(form.size + form.factor[0] @ form.factor[0]), 2)  # the longest is 2.81
    2.96
    """
    delta, values, vectors = _fitted(rows, centers, None if shares is None else size * shares, steps)
    return Form(delta.sum(), (vectors / np.sqrt(1 - values)) @ vectors.T, delta / delta.sum())


def _fitted(rows, centers, delta, steps):
    """The delta, and the eigenvalues and vectors of ``sum_i a_i a_i^T / delta_i``."""
    if delta is None:
        delta = np.vecdot(rows, rows)
    best, least = None, np.inf
    for _ in range(steps):
        delta = np.maximum(delta, LEAST * delta.max())
        values, vectors = np.linalg.eigh((rows / delta[:, None]).T @ rows)
        if values[-1] > TOP:
            delta, values = delta * (values[-1] / DOWN), values * (DOWN / values[-1])
        values = np.maximum(values, 0)
        weights = 1 / (1 - values)
        turned = centers @ vectors
        bound = delta.sum() + (turned**2 @ weights).mean()
        if bound < least:
            least, best = bound, (delta, values, vectors)
        inside = rows @ vectors
        wanted = ((inside * weights) @ turned.T) ** 2
        wanted = wanted.mean(axis=1) + BARRIER * (inside**2 @ weights)
        delta = delta ** (1 - STRIDE) * np.sqrt(wanted) ** STRIDE
    return best
