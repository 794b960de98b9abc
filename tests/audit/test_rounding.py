"""The bounds are bounds: held against fractions, on numbers of all sizes."""

from fractions import Fraction

import numpy as np
import pytest

from relulab.audit import rounding
from relulab.audit.arithmetic import NotProved


def wild(rng, *shape):
    """Numbers of all signs and many sizes."""
    return rng.standard_normal(shape) * 2.0 ** rng.integers(-40, 40, shape)


def exact(A):
    return np.array([Fraction(a) for a in np.ravel(A).tolist()], dtype=object).reshape(np.shape(A))


@pytest.mark.parametrize("seed", range(30))
def test_products_and_norms(seed):
    rng = np.random.default_rng(seed)
    A, B = wild(rng, 4, 7), wild(rng, 7, 3)
    B[-1] = -(A[0, :-1] @ B[:-1]) / A[0, -1]  # the first row of the product cancels
    value, error = rounding.product(A, B)
    assert (abs(exact(value) - exact(A) @ exact(B)) <= exact(error)).all()
    v = wild(rng, 9) * 2.0 ** rng.choice([-530, 0, 400])
    square = sum(exact(v) ** 2)
    assert (
        Fraction(float(rounding.norm_below(v))) ** 2 <= square <= Fraction(float(rounding.norm_above(v))) ** 2
    )


def test_the_bounds_are_not_idle():
    """Some rounding errors come within a factor of 30 of their bounds."""
    rng, worst = np.random.default_rng(0), 0.0
    for _ in range(300):
        A, B = rng.uniform(1, 2, (1, 3)), rng.uniform(1, 2, (3, 1))
        value, error = rounding.product(A, B)
        true = abs(exact(value) - exact(A) @ exact(B))[0, 0]
        worst = max(worst, float(true / Fraction(float(error[0, 0]))))
    assert 1 / 30 < worst <= 1


@pytest.mark.parametrize("seed", range(20))
def test_signs_are_exact(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, (40, 4)) * 2.0 ** rng.integers(-30, 30, (40, 1))
    w = rng.integers(-2, 3, (4, 2)) / 3  # not representable: integer relations are broken in the last digit
    true = exact(X) @ exact(w)
    assert (rounding.exact_signs(X, w) == np.sign(true).astype(int)).all()
    tenth = np.array([[0.1, 0.2, -0.3]])
    assert rounding.exact_signs(tenth, np.ones((3, 1)))[0, 0] == 1  # 0.1 + 0.2 > 0.3 as stored numbers


def positive_definite(G):
    """Whether a symmetric matrix of fractions is, by exact elimination."""
    G = G.copy()
    for i in range(len(G)):
        if G[i, i] <= 0:
            return False
        for j in range(i + 1, len(G)):
            G[j] = G[j] - G[j, i] / G[i, i] * G[i]
    return True


@pytest.mark.parametrize("condition", [1, 1e3, 1e6])
def test_smallest_eigenvalues(condition):
    rng = np.random.default_rng(0)
    for _ in range(5):
        A = rng.standard_normal((6, 4)) * np.geomspace(1, 1 / np.sqrt(condition), 4)
        G = A.T @ A
        bound = rounding.smallest_eigenvalue(G, 1e-15, "G")
        assert positive_definite(exact(G) - Fraction(float(bound)) * exact(np.eye(4)))
        assert bound > 0.05 * np.linalg.eigvalsh(G)[0] / 4
    with pytest.raises(NotProved):
        rounding.smallest_eigenvalue(np.ones((3, 3)), 0.0, "G")


def solve(A, b):
    """Solve a system of fractions."""
    A = np.column_stack([A, b])
    for i in range(len(A)):
        pivot = next(k for k in range(i, len(A)) if A[k, i] != 0)
        A[[i, pivot]] = A[[pivot, i]]
        A[i] = A[i] / A[i, i]
        for k in range(len(A)):
            if k != i:
                A[k] = A[k] - A[k, i] * A[i]
    return A[:, -1]


@pytest.mark.parametrize("condition", [1, 1e4, 1e8])
def test_projections(condition):
    rng = np.random.default_rng(1)
    for _ in range(4):
        B = rng.standard_normal((7, 3)) * np.geomspace(1, 1 / condition, 3)
        basis = rounding.Basis(B, "B")
        v = rng.standard_normal(7)
        E, u = exact(B), exact(v)
        projected = E @ solve(E.T @ E, E.T @ u)
        bound = float(basis.projected(v))
        assert sum(projected**2) <= Fraction(bound) ** 2
        assert bound**2 < float(sum(projected**2)) * (1 + 1e-4)
    with pytest.raises(NotProved, match=r"dependent|I - U"):
        rounding.Basis(np.ones((4, 2)), "B")
    with pytest.raises(NotProved, match="3 columns of length 2"):
        rounding.Basis(np.ones((2, 3)), "B")
