"""A saved verdict or certificate proved again, its problem drawn again where the file says how."""

import numpy as np

from ..audit.checking import check
from ..audit.files import FileError, read_file
from ..certify.loading import load
from ..data.trials import instance


def check_file(path):
    """Prove a saved verdict, or the certificate of a network, again.

    Parameters
    ----------
    path : str or path
        The file that `save` wrote. Where it holds a recipe, the problem is drawn again and must be
        the stored one: equal masks, and data and neurons that differ by no more than another machine's
        rounding.

    Returns
    -------
    Audit
        What is proved, of the stored numbers.

    Raises
    ------
    ValueError
        For a file that holds neither, a recipe that draws another problem, or evidence that fails.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import relulab as rl
    >>> from relulab.phase.saved import check_file
    >>> recipe = {"n": 40, "d": 10, "trial": 3, "rng": 7}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "verdict.rl")
    ...     rl.decide(*rl.phase.instance(**recipe)).save(path, recipe)
    ...     print(check_file(path))
    proved: the plant is the unique solution over 50 patterns
    """
    _, fields, _ = read_file(path, ("verdict", "network certificate"))
    verdict = load(path)
    if fields.get("recipe") is not None:
        try:
            plant, S = instance(**fields["recipe"])
        except TypeError as error:
            raise FileError(f"{path}: its recipe is wrong: {error}") from None
        same = not verdict.everywhere and np.array_equal(np.asarray(S), np.asarray(verdict.patterns))
        if not (same or verdict.everywhere) or not _close(plant, verdict.plant):
            raise FileError(f"{path}: its recipe draws another problem")
    return check(verdict)


def _close(plant, stored):
    pairs = ((plant.X, stored.X), (plant.weights, stored.weights), (plant.signs, stored.signs))
    shapes = all(a.shape == b.shape for a, b in pairs)
    return shapes and plant.kind == stored.kind and all(np.allclose(a, b, 1e-9, 1e-12) for a, b in pairs)
