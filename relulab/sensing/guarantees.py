"""When l1 minimization recovers: certificates for one vector, guarantees for all sparse ones."""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from .. import _checks

MARGIN = 1e-9  # what rounding may decide is not counted as proved


@dataclass(frozen=True, eq=False)
class Certificate:
    """A dual vector that may prove that basis pursuit recovers x, made by `certificate`.

    Attributes
    ----------
    dual : ndarray, shape (m,)
        ``A_S^T dual = sign(x_S)`` on the support S of x.
    off_support : float
        The largest ``|a_j^T dual|`` off the support; inf where no dual has the signs of x on the support.
    independent : bool
        Whether the columns on the support are linearly independent.
    """

    dual: np.ndarray
    off_support: float
    independent: bool

    @property
    def unique(self):
        """Whether it proves that x is the only solution of basis pursuit on ``b = A x``, bool."""
        return self.independent and self.off_support < 1 - MARGIN


def certificate(A, x, refined=False):
    """Look for a proof that basis pursuit recovers x from A x.

    Columns that are independent on the support and a dual vector with ``A_S^T dual = sign(x_S)`` and
    ``|a_j^T dual| < 1`` elsewhere are a proof (Fuchs, 2004). It is necessary too (Zhang, Yin, Cheng, 2015):
    where the refined dual is no proof, another vector with the same measurements has no larger l1 norm.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    x : array_like, shape (d,)
        The hidden vector; its entries that are not exactly zero are its support.
    refined : bool
        False: the dual of smallest l2 norm, the counterpart of the neural isometry conditions; True: the dual
        with the smallest ``off_support``, by linear programming.

    Returns
    -------
    Certificate
        With ``.dual .off_support .independent .unique``.

    Raises
    ------
    ValueError
        For wrong shapes or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import certificate
    >>> from relulab.sensing.l1_programs import sparse_vector
    >>> A = np.random.default_rng(0).standard_normal((20, 40))
    >>> x = sparse_vector(40, 4, rng=1)
    >>> plain, best = certificate(A, x), certificate(A, x, refined=True)
    >>> plain.unique, best.unique
    (False, True)
    """
    A = _checks.array("A", A, ("m", "d"))
    unit = np.abs(A).max() or 1.0
    A = A / unit
    x = _checks.array("x", x, (A.shape[1],))
    on, off, signs = A[:, x != 0], A[:, x == 0], np.sign(x[x != 0])
    independent = _independent(on)
    dual = np.linalg.pinv(on.T) @ signs
    if not np.allclose(on.T @ dual, signs, rtol=0, atol=MARGIN):
        return Certificate(dual / unit, np.inf, independent)
    if refined and off.size:
        dual = _refined(on, off, signs)
    return Certificate(dual / unit, float(np.abs(off.T @ dual).max(initial=0)), independent)


def _independent(columns):
    return columns.shape[1] == 0 or bool(np.linalg.matrix_rank(columns) == columns.shape[1])


def _refined(on, off, signs):
    """Minimize t subject to ``on^T dual = signs`` and ``|off^T dual| <= t``."""
    from scipy.optimize import linprog

    m = len(on)
    ones = np.ones((off.shape[1], 1))
    answer = linprog(
        np.r_[np.zeros(m), 1.0],
        A_ub=np.block([[off.T, -ones], [-off.T, -ones]]),
        b_ub=np.zeros(2 * len(ones)),
        A_eq=np.hstack([on.T, np.zeros((len(signs), 1))]),
        b_eq=signs,
        bounds=(None, None),
        method="highs-ds",
    )
    if answer.status != 0:
        raise RuntimeError(f"the linear program of the certificate failed: {answer.message}")
    return answer.x[:m]


def irrepresentability(A, x, any_signs=False):
    """How well the columns off the support of x are represented by those on it.

    ``max_{j off S} |sign(x_S)^T A_S^+ a_j|``. Below 1, basis pursuit recovers x, and the lasso finds its
    signs once beta and the noise are small (Zhao, Yu, 2006). It is the neural isometry condition of sparse
    vectors, the ``off_support`` of the dual of smallest norm.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    x : array_like, shape (d,)
        The vector; its entries that are not exactly zero are its support S.
    any_signs : bool
        Take the worst signs on the support instead, ``max_{j off S} ||A_S^+ a_j||_1`` (Tropp, 2004): below 1,
        every vector with this support is recovered.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, or dependent columns on the support.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import irrepresentability
    >>> A = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
    >>> [round(irrepresentability(A, [1, -1, 0], any_signs), 6) for any_signs in (False, True)]
    [0.2, 1.4]
    """
    A = _checks.array("A", A, ("m", "d"))
    x = _checks.array("x", x, (A.shape[1],))
    on, off = A[:, x != 0], A[:, x == 0]
    if not _independent(on):
        raise ValueError("the columns of A on the support of x are dependent: no vector with it is unique")
    represented = np.linalg.pinv(on) @ off
    sizes = np.abs(represented).sum(axis=0) if any_signs else np.abs(np.sign(x[x != 0]) @ represented)
    return float(sizes.max(initial=0))


def coherence(A):
    """Mutual coherence ``max_{i != j} |a_i^T a_j| / (||a_i|| ||a_j||)``: the largest cosine of two columns.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row; no column is zero.

    Returns
    -------
    float
        Between the Welch bound ``sqrt((d - m) / (m (d - 1)))`` and 1; 0 for orthogonal columns.

    Raises
    ------
    ValueError
        For NaN or a zero column.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import coherence
    >>> round(coherence(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])), 6)
    0.8
    """
    A = _checks.array("A", A, ("m", "d"))
    norms = np.linalg.norm(A, axis=0)
    if not norms.all():
        raise ValueError(f"column {int(np.argmin(norms))} of A is zero; coherence needs nonzero columns")
    cosines = np.abs((A / norms).T @ (A / norms))
    np.fill_diagonal(cosines, 0)
    return float(min(cosines.max(), 1.0))


def coherence_guarantee(A):
    """The sparsity that coherence mu guarantees: k-sparse x are recovered if ``k < (1 + 1 / mu) / 2``.

    Donoho, Elad (2003), Gribonval, Nielsen (2003). It grows like sqrt(m) at best, where Gaussian measurements
    recover a number of entries that is proportional to m.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row; no column is zero.

    Returns
    -------
    int
        The largest such k, at most d.

    Raises
    ------
    ValueError
        For NaN or a zero column.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import coherence_guarantee
    >>> gaussian = np.random.default_rng(0).standard_normal((50, 100))
    >>> coherence_guarantee(np.eye(5)), coherence_guarantee(gaussian)
    (5, 1)
    """
    mu, d = coherence(A), np.shape(A)[1]
    return d if mu * (2 * d - 1) < 1 else int(np.ceil((1 + 1 / mu) / 2 - MARGIN)) - 1


def restricted_isometry(A, k, limit=200_000):
    """The restricted isometry constant of order k, by looking at every support.

    The smallest delta with ``(1 - delta) ||x||^2 <= ||A x||^2 <= (1 + delta) ||x||^2`` for all k-sparse x
    (Candès, Tao, 2005); below ``1 / sqrt(2)`` at order 2k, basis pursuit recovers every k-sparse vector (Cai,
    Zhang, 2014). Computing it is NP-hard: this is for tiny sizes; `restricted_isometry_bounds` encloses it.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    k : int
        Sparsity, 1 <= k <= d.
    limit : int
        The most supports that are looked at.

    Returns
    -------
    float
        At least 0. It depends on the scale of A: unit columns are usual.

    Raises
    ------
    ValueError
        For NaN, k out of range, or more than `limit` supports.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import restricted_isometry
    >>> round(restricted_isometry(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]]), k=2), 6)
    0.8
    """
    A = _checks.array("A", A, ("m", "d"))
    d = A.shape[1]
    k, limit = _checks.count("k", k, 1, d), _checks.count("limit", limit)
    if comb(d, k) > limit:
        raise ValueError(
            f"k={k} of {d} columns makes {comb(d, k):,} supports, more than limit={limit:,}; "
            "use restricted_isometry_bounds"
        )
    return _largest_deviation(A.T @ A, np.array(list(combinations(range(d), k))))


def _largest_deviation(gram, supports):
    """The eigenvalue farthest from 1, over the given principal submatrices."""
    parts = np.array_split(supports, -(-supports.size * supports.shape[1] // 2**22))
    return max(
        float(np.abs(np.linalg.eigvalsh(gram[part[:, :, None], part[:, None]]) - 1).max()) for part in parts
    )


def restricted_isometry_bounds(A, k, trials=1000, rng=0):
    """An interval around the restricted isometry constant, at any size.

    From below by random supports, from above by Gershgorin's circles: ``max_i | ||a_i||^2 - 1 |`` plus k - 1
    times the largest ``|a_i^T a_j|``. Between them is what cannot be computed.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Measurements, one a row.
    k : int
        Sparsity, 1 <= k <= d.
    trials : int
        Random supports.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.

    Returns
    -------
    lower, upper : float
        The ends of the interval.

    Raises
    ------
    ValueError
        For NaN, k out of range, or trials < 1.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.sensing.guarantees import restricted_isometry, restricted_isometry_bounds
    >>> A = np.random.default_rng(0).standard_normal((12, 15)) / np.sqrt(12)
    >>> lower, upper = restricted_isometry_bounds(A, k=3, trials=50)
    >>> lower <= restricted_isometry(A, k=3) <= upper
    True
    """
    A = _checks.array("A", A, ("m", "d"))
    d = A.shape[1]
    k, trials, rng = _checks.count("k", k, 1, d), _checks.count("trials", trials), _checks.generator(rng)
    gram = A.T @ A
    lower = _largest_deviation(gram, rng.random((trials, d)).argpartition(k - 1, axis=1)[:, :k])
    products = np.abs(gram - np.diag(np.diag(gram)))
    return lower, float(np.abs(np.diag(gram) - 1).max() + (k - 1) * products.max())
