"""Data as a person has them, made ready for the programs: checked, scaled, with patterns and folds."""

import os
from dataclasses import dataclass

import numpy as np

from .. import _checks
from ..patterns.enumeration import enumerate_patterns
from ..patterns.sampling import Patterns, distinct_columns, sample_patterns

FEW, MANY = 50, 500  # patterns by default: as many as rows, between these
COPIES = 6  # arrays of rows x patterns that a fit holds at a time
SHARE = 0.8  # of the free memory that they may take


@dataclass(frozen=True, eq=False)
class Scaling:
    """What turns rows into features: columns of norm 1, with an intercept of mean 0; the bias is last."""

    center: np.ndarray
    size: np.ndarray
    bias: float

    def __call__(self, X):
        """The features, shape (m, d), or (m, d + 1) with the constant one."""
        scaled = (X - self.center) / self.size
        if not self.bias:
            return scaled
        return np.hstack([scaled, np.full((len(X), 1), self.bias)])


def scaling_of(X, fit_intercept):
    """The scaling of training data."""
    center = X.mean(axis=0) if fit_intercept else np.zeros(X.shape[1])
    off = X - center
    largest = np.where(
        off.any(axis=0), np.abs(off).max(axis=0), 1.0
    )  # so that no square overflows or vanishes
    size = largest * np.linalg.norm(off / largest, axis=0)
    return Scaling(center, np.where(size > 0, size, 1.0), 1 / np.sqrt(len(X)) if fit_intercept else 0.0)


def check_readable(X, y=None):
    """Raise ValueError for what is no table of numbers, by the argument's name and the column's."""
    for name, value in (("X", X), ("y", y)):
        if isinstance(value, np.ma.MaskedArray):
            raise ValueError(f"{name} is a masked array; fill or drop what is masked")
        if hasattr(value, "toarray"):
            raise ValueError(f"{name} is a sparse matrix; give {name}.toarray()")
    found = _checks.words_in(X)
    if found is None and isinstance(X, np.ndarray) and X.dtype.kind == "O" and X.ndim == 2:
        text = np.array([[isinstance(entry, str) for entry in row] for row in X])
        if text.any():
            row, j = np.argwhere(text)[0]
            found = f"{X[row][j]!r} in column {j}, row {row}"
    if found is not None:
        raise ValueError(
            f"X holds {found}; give a column of 0 and 1 for each of its values (one-hot), or leave it out"
        )
    if y is None:
        return
    if hasattr(y, "__len__") and hasattr(X, "__len__") and np.ndim(y) and len(y) != len(X):
        raise ValueError(f"y has {len(y)} rows and X has {len(X)}: inconsistent numbers of samples")
    labels = np.asarray(y)
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        row = np.argwhere(~np.isfinite(labels))[0][0]
        what = "NaN" if np.isnan(labels[row]).any() else "infinity (inf)"
        raise ValueError(f"y holds {what} in row {row}; all labels must be finite")


def check_columns(X, names, fit_intercept):
    """Raise ValueError for NaN, infinite values and constant columns; the column is named."""
    words = (
        [f"column {name!r}" for name in names]
        if names is not None
        else [f"column {j}" for j in range(X.shape[1])]
    )
    bad = ~np.isfinite(X)
    if bad.any():
        j = int(bad.any(axis=0).argmax())
        what = "NaN" if np.isnan(X[:, j]).any() else "infinity"
        if np.isnan(X[:, j]).all():
            raise ValueError(f"X holds NaN in all of {words[j]}; text that was read as numbers is NaN")
        raise ValueError(
            f"X holds {what} in {words[j]}, row {int(bad[:, j].argmax())}; all entries must be finite"
        )
    constant = np.ptp(X, axis=0) == 0 if fit_intercept else ~X.any(axis=0)
    if constant.any():
        value = "constant" if fit_intercept else "zero"
        raise ValueError(f"X is {value} in {words[int(constant.argmax())]}; leave it out")


def patterns_for(features, patterns, rng):
    """Patterns of the features: as many gates as asked for, all of them, or those that were given."""
    n = len(features)
    if isinstance(patterns, str):
        _checks.choice("patterns", patterns, ("all",))
        return enumerate_patterns(features)
    count = min(max(n, FEW), MANY) if patterns is None else _checks.count("patterns", patterns)
    free, needed = _free_memory(), 8 * COPIES * n
    if count * needed > SHARE * free:
        raise ValueError(
            f"patterns={count} for {n} rows take about {count * needed / 2**30:.1f} GiB, and "
            f"{free / 2**30:.1f} GiB are free: at most {int(SHARE * free / needed)} fit"
        )
    return sample_patterns(features, count, rng=rng)


def _free_memory():
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # another system: let it try
        return 2**62


def of_rows(S, rows):
    """The patterns as some of the rows see them: distinct, none zero, with their gates."""
    masks = np.asarray(S)[rows]
    kept = distinct_columns(masks)
    kept = kept[masks[:, kept].any(axis=0)]
    return Patterns(masks[:, kept], S.gates[:, kept])


def folds_of(y, folds, rng, classes=None):
    """Rows of each fold: shuffled, with labels of each class in each as evenly as can be."""
    rng = np.random.default_rng(rng)
    order = rng.permutation(len(y))
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    return [order[i::folds] for i in range(folds)]
