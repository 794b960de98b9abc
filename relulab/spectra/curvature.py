"""Hessian spectra and batch size: products, Lanczos, and what random matrices predict.

After Granziol, Zohren and Roberts, "Learning rates as a function of batch size", arXiv 2006.09092.
Curvature is a function ``product(v)``: it takes a vector of all parameters and gives one. PyTorch is needed
for that of a network only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import LinearOperator, eigsh

from .. import _checks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class Density(NamedTuple):
    """A spectrum as seen by quadrature: eigenvalues and the shares of the spectrum they stand for."""

    nodes: np.ndarray
    weights: np.ndarray


def hessian_product(loss: Callable, parameters: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The product with a Hessian, by the derivative of a gradient.

    Parameters
    ----------
    loss : callable
        From a dict of tensors to a scalar tensor, written with `torch.func`.
    parameters : dict of torch.Tensor
        Where the Hessian is taken.

    Returns
    -------
    callable
        From a vector (P,) of all parameters, in the order of the dict, to one.

    Raises
    ------
    ValueError
        For no parameters.
    ImportError
        Without PyTorch; the message names the command that installs it.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from relulab.spectra.curvature import hessian_product
    >>> product = hessian_product(lambda p: (p["w"] ** 4).sum(), {"w": torch.tensor([1.0, 2.0])})
    >>> product(np.array([1.0, 1.0])).tolist()
    [12.0, 48.0]
    """
    torch, flat, unflat = _flattening(parameters)
    # A Hessian is symmetric, so the transposed derivative of the gradient serves.
    _, transposed = torch.func.vjp(torch.func.grad(loss), parameters)

    def product(v):
        return flat(transposed(unflat(v))[0])

    return product


def gauss_newton_product(
    outputs: Callable, loss: Callable, parameters: Mapping[str, Any]
) -> Callable[[Any], Any]:
    """The product with the generalized Gauss-Newton matrix J^T H J.

    J is the Jacobian of the outputs, H the Hessian of the loss in the outputs.

    Parameters
    ----------
    outputs : callable
        From a dict of tensors to a tensor: what the network says.
    loss : callable
        From the outputs to a scalar tensor.
    parameters : dict of torch.Tensor
        Where the matrix is taken.

    Returns
    -------
    callable
        From a vector (P,) of all parameters to one.

    Raises
    ------
    ValueError
        For no parameters.
    ImportError
        Without PyTorch; the message names the command that installs it.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from relulab.spectra.curvature import gauss_newton_product
    >>> X = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    >>> product = gauss_newton_product(
    ...     lambda p: X @ p["w"], lambda f: (f**2).sum() / 2, {"w": torch.zeros(2)}
    ... )
    >>> product(np.array([1.0, 1.0])).tolist()
    [1.0, 9.0]
    """
    torch, flat, unflat = _flattening(parameters)

    said, transposed = torch.func.vjp(outputs, parameters)
    # u -> J^T u is linear: its own transposed derivative is v -> J v.
    _, forward = torch.func.vjp(lambda u: transposed(u)[0], torch.zeros_like(said))
    _, bend = torch.func.vjp(torch.func.grad(loss), said)

    def product(v):
        return flat(transposed(bend(forward(unflat(v))[0])[0])[0])

    return product


def _flattening(parameters):
    """torch, and the ways from a dict of tensors to a vector and back."""
    try:
        import torch
    except ImportError as error:
        raise ImportError("curvature of a network needs PyTorch: pip install 'relulab[train]'") from error
    if not parameters:
        raise ValueError("parameters is empty; give at least one tensor")
    sizes = [value.numel() for value in parameters.values()]
    some = next(iter(parameters.values()))

    def flat(tensors):
        return np.concatenate([tensors[name].detach().cpu().numpy().ravel() for name in parameters])

    def unflat(v):
        v = np.asarray(v, dtype=float).ravel()
        if v.size != sum(sizes):
            raise ValueError(f"v has {v.size} entries, the parameters have {sum(sizes)}")
        pieces = torch.as_tensor(v, dtype=some.dtype, device=some.device).split(sizes)
        shapes = zip(parameters.items(), pieces, strict=True)
        return {name: piece.reshape(value.shape) for (name, value), piece in shapes}

    return torch, flat, unflat


def lanczos(
    product: Callable, size: int, steps: int, rng: np.random.Generator | int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Lanczos' method with full reorthogonalization, from a random unit vector.

    Parameters
    ----------
    product : callable
        The product with a symmetric matrix, (size,) to (size,).
    size : int
        Its order.
    steps : int
        Most steps; the method stops where the Krylov space ends.
    rng : numpy.random.Generator or int
        Source of the first vector.

    Returns
    -------
    diagonal : ndarray, shape (m,)
        Of the tridiagonal matrix, m at most `steps`.
    beside : ndarray, shape (m - 1,)
        Its other diagonal.
    basis : ndarray, shape (m, size)
        The orthonormal vectors.

    Raises
    ------
    ValueError
        For a size or steps below 1, or a product that is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.spectra.curvature import lanczos
    >>> diagonal, beside, basis = lanczos(lambda v: np.arange(5) * v, 5, 5)
    >>> bool(np.allclose(basis @ basis.T, np.eye(5)))
    True
    """
    size, steps = _checks.count("size", size), _checks.count("steps", steps)
    rng = _checks.generator(rng)
    steps = min(steps, size)
    basis, diagonal, beside = np.zeros((steps, size)), np.zeros(steps), np.zeros(steps)
    v = rng.standard_normal(size)
    v /= np.linalg.norm(v)
    for m in range(steps):
        basis[m] = v
        w = np.asarray(product(v), dtype=float)
        if not np.isfinite(w).all():
            raise ValueError(f"product: not finite in step {m + 1}")
        diagonal[m] = v @ w
        for _ in range(2):  # once is not always enough
            w = w - basis[: m + 1].T @ (basis[: m + 1] @ w)
        beside[m] = np.linalg.norm(w)
        if beside[m] <= 1e-10 * max(np.abs(diagonal[: m + 1]).max(), beside[:m].max(initial=0)):
            return diagonal[: m + 1], beside[:m], basis[: m + 1]
        v = w / beside[m]
    return diagonal, beside[:-1], basis


def density(
    product: Callable, size: int, steps: int = 30, probes: int = 4, rng: np.random.Generator | int = 0
) -> Density:
    """A matrix's spectrum by stochastic Lanczos quadrature.

    Parameters
    ----------
    product : callable
        The product with a symmetric matrix.
    size : int
        Its order.
    steps : int
        Lanczos steps a probe: nodes a probe.
    probes : int
        Random vectors.
    rng : numpy.random.Generator or int
        Their source.

    Returns
    -------
    Density
        Nodes in increasing order and weights that sum to 1: ``(weights * f(nodes)).sum()`` estimates the
        mean of f over the eigenvalues.

    Raises
    ------
    ValueError
        For sizes below 1, or a product that is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.spectra.curvature import density
    >>> nodes, weights = density(lambda v: np.full(50, 3.0) * v, 50)
    >>> round(float((weights * nodes).sum()), 6)
    3.0
    """
    rng = _checks.generator(rng)
    found = []
    for _ in range(_checks.count("probes", probes)):
        diagonal, beside, _ = lanczos(product, size, steps, rng)
        nodes, vectors = eigh_tridiagonal(diagonal, beside)
        found.append((nodes, vectors[0] ** 2 / probes))
    nodes, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(nodes)
    return Density(nodes[order], weights[order])


def leading(
    product: Callable, size: int, count: int = 1, rng: np.random.Generator | int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The largest eigenvalues and their vectors, by SciPy's `eigsh`.

    Parameters
    ----------
    product : callable
        The product with a symmetric matrix.
    size : int
        Its order.
    count : int
        How many, at most `size`. More than half of them are found by the matrix itself, column by column.
    rng : numpy.random.Generator or int
        Source of the first vector.

    Returns
    -------
    values : ndarray, shape (count,)
        Largest first.
    vectors : ndarray, shape (size, count)
        Their unit vectors.

    Raises
    ------
    ValueError
        For a count that is not between 1 and `size`, or a product that is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from relulab.spectra.curvature import leading
    >>> values, _ = leading(lambda v: np.arange(9.0) * v, 9, count=2)
    >>> values.round(6).tolist()
    [8.0, 7.0]
    """
    size = _checks.count("size", size)
    count = _checks.count("count", count, 1, size)
    start = _checks.generator(rng).standard_normal(size)

    def finite(v):
        w = np.asarray(product(v), dtype=float)
        if not np.isfinite(w).all():
            raise ValueError("product: not finite")
        return w

    if 2 * count > size:
        values, vectors = np.linalg.eigh(np.column_stack([finite(v) for v in np.eye(size)]))
        return values[: -count - 1 : -1], vectors[:, : -count - 1 : -1]
    if not finite(start).any():  # ARPACK wants a start with an image, which only the zero matrix denies
        return np.zeros(count), np.eye(size, count)
    values, vectors = eigsh(LinearOperator((size, size), finite, dtype=float), count, which="LA", v0=start)
    return values[::-1], vectors[:, ::-1]
