"""A planted problem: data, labels, and the hidden neurons that made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..audit.files import write_file
from ..patterns.borders import heard

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from numpy.typing import ArrayLike

KINDS = ("linear", "relu", "normalized")
DIRECTIONS = ("random", "smallest", "axes", "opposite")
ROUNDING = 1e-10  # what labels and unit columns may be off by, relative to the terms that they sum
STREAM = (1,)  # of a seed: independent of the data that `draw` makes with it, and of the gates


@dataclass(frozen=True, eq=False)
class Plant:
    """A planted problem, made by `plant`; what does not fit together is refused when it is made.

    Attributes
    ----------
    X : ndarray, shape (n, d)
        The data.
    y : ndarray, shape (n,)
        The labels, noise included.
    weights : ndarray, shape (d, k)
        The hidden neurons, unit columns.
    kind : str
        ``"linear"``, ``"relu"`` or ``"normalized"``.
    sigma : float
        Noise level: the noise is N(0, sigma^2/n) per label.
    noise : ndarray, shape (n,)
        The noise that was added.
    seed : int or None
        The seed, where an integer was given.
    signs : ndarray, shape (k,)
        The output weights, +1 or -1.

    Raises
    ------
    ValueError
        Where `y` is not what the weights say of the rows plus `noise`, where `weights` has columns of another
        norm than 1, for another shape, a NaN, an unknown kind.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import relulab as rl
    >>> hidden = rl.plant(rl.draw("gaussian", 6, 2, rng=0), rng=1)
    >>> replace(hidden, y=-hidden.y)
    Traceback (most recent call last):
    ValueError: y[...] is ..., but the weights and the noise make it ...; labels of your own go to solve
    """

    X: np.ndarray
    y: np.ndarray
    weights: np.ndarray
    kind: str
    sigma: float
    noise: np.ndarray
    seed: int | None
    signs: np.ndarray

    def __post_init__(self) -> None:
        X = _checks.data(self.X)
        n, d = X.shape
        k = np.shape(self.weights)[-1:] or (1,)
        shapes = {"y": (n,), "noise": (n,), "weights": (d, *k), "signs": k}
        arrays = {"X": X} | {name: _checks.array(name, getattr(self, name), shapes[name]) for name in shapes}
        for name, value in arrays.items():
            object.__setattr__(self, name, value)
        _checks.choice("kind", self.kind, KINDS)
        _checks.nonnegative("sigma", self.sigma)
        norms = np.linalg.norm(self.weights, axis=0)
        if (np.abs(norms - 1) > ROUNDING).any():
            raise ValueError(f"weights has columns of norm {norms.tolist()}; planted neurons have unit norm")
        if self.kind == "linear" and k != (1,):
            raise ValueError(f"weights has {k[0]} columns; a linear plant is one neuron")
        if (np.abs(self.signs) != 1).any():
            raise ValueError(f"signs={self.signs.tolist()}; each must be +1 or -1")
        self._check_labels()

    def _check_labels(self):
        output, terms = neurons(self.X, self.weights, self.kind), np.abs(self.X) @ np.abs(self.weights)
        if self.kind == "normalized":
            hidden = np.maximum(self.X @ self.weights, 0)
            largest = hidden.max(axis=0)
            terms = terms / largest / np.linalg.norm(hidden / largest, axis=0)
        y = output @ self.signs + self.noise
        off = np.abs(self.y - y) - ROUNDING * (terms.sum(axis=1) + np.abs(self.noise))
        i = int(off.argmax())
        if not off[i] <= 0:
            raise ValueError(
                f"y[{i}] is {self.y[i]:.6g}, but the weights and the noise make it {y[i]:.6g}; "
                "labels of your own go to solve"
            )

    def save(self, path: str | PathLike[str]) -> None:
        """Write the plant to a file, in the format of `relulab.audit.files`; `load` reads it.

        Parameters
        ----------
        path : str or path
            Where to.
        """
        write_file(path, "plant", *self.stored())

    def stored(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """What a file keeps of it: fields, and arrays."""
        fields = {"kind": self.kind, "sigma": float(self.sigma), "seed": self.seed}
        names = ("X", "y", "weights", "noise", "signs")
        return fields, {name: np.asarray(getattr(self, name), dtype=np.float64) for name in names}


def smallest_directions(X, k=1):
    """The right singular vectors of X with the k smallest singular values, the smallest first.

    They are taken from the thin SVD, so that n < d gives directions in the row space. The largest entry of
    each is positive, which makes the answer the same on every machine.
    """
    if k > min(X.shape):
        raise ValueError(f"k={k} smallest directions were asked for, but X has only {min(X.shape)}")
    X = X / (np.abs(X).max() or 1.0)
    W = _smallest_of_gram(X, k)
    if W is None:
        W = np.linalg.svd(X, full_matrices=False)[2][::-1][:k].T
    return W * np.sign(W[np.abs(W).argmax(axis=0), np.arange(k)])


def _smallest_of_gram(X, k):
    """The same from X^T X or X X^T; None where squaring X would lose the direction."""
    from scipy.linalg import eigh

    wide = X.shape[0] < X.shape[1]
    gram = X @ X.T if wide else X.T @ X
    values, vectors = eigh(gram, subset_by_index=[0, k - 1], check_finite=False)
    if values[0] <= 1e-6 * np.trace(gram):
        return None
    return X.T @ (vectors / np.sqrt(values)) if wide else vectors


def _directions(X, direction, k, rng, redraw_silent):
    d = X.shape[1]
    if not isinstance(direction, str):
        W = np.asarray(direction, dtype=np.float64)
        W = _checks.array("direction", W[:, None] if W.ndim == 1 else W, (d, k))
        W = W / np.where(W.any(axis=0), np.abs(W).max(axis=0), 1)
    elif _checks.choice("direction", direction, DIRECTIONS) == "random":
        W = rng.standard_normal((d, k))
        if redraw_silent:
            for _ in range(1000):
                silent = ~heard(X, W)
                if not silent.any():
                    break
                W[:, silent] = rng.standard_normal((d, silent.sum()))
    elif direction == "smallest":
        W = smallest_directions(X, k)
    elif direction == "axes":
        W = np.eye(d)[:, :k]
    else:
        if k != 2:
            raise ValueError(f'k={k} with direction="opposite": the planted pair (w, -w) has k=2')
        w = rng.standard_normal((d, 1))
        W = np.hstack([w, -w])
    norms = np.linalg.norm(W, axis=0)
    if not norms.all():
        raise ValueError("direction holds a column of norm zero; planted neurons have unit norm")
    return W / norms


class SilentNeuron(ValueError):
    """A neuron without output cannot be normalized."""


def neurons(X, weights, kind):
    """The output of each hidden neuron, shape (n, k): `X w`, `(X w)_+`, or `(X w)_+` over its norm."""
    output = X @ weights
    if kind == "linear":
        return output
    output = np.maximum(output, 0)
    if kind == "relu":
        return output
    if not heard(X, weights).all():
        raise SilentNeuron(
            "weights (or direction) holds a neuron that is silent on every row of X: it cannot be normalized"
        )
    output = output / output.max(axis=0)  # its squares neither overflow nor vanish
    return output / np.linalg.norm(output, axis=0)


def unchecked(plant=None, **fields):
    """A plant whose fields are not looked at: those given, and the others of `plant`."""
    new = object.__new__(Plant)
    new.__dict__.update((vars(plant) if plant else {}) | fields)
    return new


def without_silent(plant):
    """The plant without the ReLU neurons that are silent on every row, and how many those are."""
    loud = (
        np.ones(plant.weights.shape[1], dtype=bool)
        if plant.kind == "linear"
        else heard(plant.X, plant.weights)
    )
    return unchecked(plant, weights=plant.weights[:, loud], signs=plant.signs[loud]), int((~loud).sum())


def plant(
    X: ArrayLike,
    kind: str = "linear",
    k: int = 1,
    direction: Any = "random",
    sigma: float = 0.0,
    rng: np.random.Generator | int = 0,
    signs: ArrayLike | None = None,
) -> Plant:
    """Hide neurons and let them label the data.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The data.
    kind : {"linear", "relu", "normalized"}
        ``y = X w``, ``y = sum_i (X w_i)_+`` or ``y = sum_i (X w_i)_+ / ||(X w_i)_+||``; random neurons that
        are silent on every row are drawn again for ``"normalized"``.
    k : int
        Number of hidden neurons, at most d; 1 for ``"linear"``.
    direction : {"random", "smallest", "axes", "opposite"} or array_like, shape (d,) or (d, k)
        ``"random"``: uniform on the sphere. ``"smallest"``: the right singular vectors of X with the smallest
        singular values. ``"axes"``: e_1..e_k. ``"opposite"``: the pair (w, -w), k = 2. An array is scaled to
        unit columns. Where X has a bias column (`draw`), the last entry is the bias: ``[*w, 0]`` has none.
    sigma : float
        Noise level; the noise is N(0, sigma^2/n) per label.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed; what a seed gives is independent of what `draw`, `sample_patterns`
        and `train` do with the same one.
    signs : array_like of +1 and -1, shape (k,), optional
        Output weights of ReLU neurons; all +1 by default.

    Returns
    -------
    Plant
        With ``.X .y .weights .kind .sigma .noise .seed .signs``.

    Raises
    ------
    ValueError
        For NaN or infinite X, an unknown kind or direction, k > d, a negative sigma, weights of norm zero,
        signs other than +1 and -1.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = rl.draw("gaussian", 40, 10, rng=0)
    >>> hidden = rl.plant(X, kind="relu", k=2, rng=1)
    >>> hidden.weights.shape
    (10, 2)
    >>> bool(np.allclose(hidden.y, np.maximum(X @ hidden.weights, 0).sum(axis=1)))
    True
    """
    X = _checks.data(X)
    n, d = X.shape
    _checks.choice("kind", kind, KINDS)
    k = _checks.count("k", k, 1, d)
    if kind == "linear" and k > 1:
        raise ValueError(f'k={k} with kind="linear": a sum of linear neurons is one linear neuron, so k=1')
    sigma = _checks.nonnegative("sigma", sigma)
    seed = None if isinstance(rng, np.random.Generator) else rng
    rng = _checks.generator(rng, STREAM)
    weights = _directions(X, direction, k, rng, redraw_silent=kind == "normalized")
    noise = sigma / np.sqrt(n) * rng.standard_normal(n)
    signs = _signs(signs, k, kind)
    with np.errstate(over="ignore", invalid="ignore"):
        y = neurons(X, weights, kind) @ signs + noise
    if not np.isfinite(y).all():
        raise ValueError("the labels of X overflow: y holds NaN or infinite values; scale X down")
    made = {"X": X, "y": y, "weights": weights, "kind": kind, "sigma": sigma, "noise": noise}
    return unchecked(**made, seed=seed, signs=signs)  # it fits together: it was made here


def _signs(signs, k, kind):
    if signs is None:
        return np.ones(k)
    signs = _checks.array("signs", signs, (k,))
    if (np.abs(signs) != 1).any():
        raise ValueError(f"signs={signs.tolist()}; each must be +1 or -1")
    if kind == "linear":
        raise ValueError('signs go with ReLU neurons; turn the weights of kind="linear" instead')
    return signs
