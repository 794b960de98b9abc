"""The figure of clustered data: how often the planted neuron's pattern is exactly one cluster."""

import time

import numpy as np

from ..data.ensembles import cluster_direction, cluster_means
from ..phase.datasets import portable, provenance
from ..theory.intervals import wilson_interval
from ..theory.probabilities import cluster_probability


def frequencies(n, d, s, trials, means="unit", redraw=False, rng=0, progress=True):
    """Draw clustered data and count how often the pattern of `cluster_direction` is the first cluster.

    Parameters
    ----------
    n : iterable of int
        Rows, half of them in each cluster.
    d : iterable of int
        Dimensions.
    s : iterable of float
        Inverse noise levels.
    trials : int
        Data matrices for each (n, d, s).
    means : {"unit", "gaussian", "signs"}
        The centers, drawn once for each dimension.
    redraw : bool
        Draw them anew for each s, as the released code does.
    rng : int
        The seed.
    progress : bool
        Show a progress bar.

    Returns
    -------
    xarray.Dataset
        Over (n, d, s): the measured ``rate``, its Wilson interval ``lower`` and ``upper``, and the formula's
        ``probability`` for the same centers.

    Examples
    --------
    >>> from relulab.figures.clusters import frequencies
    >>> ds = frequencies([20], [10], [3.0], trials=400, rng=1, progress=False)
    >>> bool(ds.lower.item() < ds.probability.item() < ds.upper.item())
    True
    """
    import xarray as xr
    from tqdm.auto import tqdm

    sizes = {"n": list(n), "d": list(d), "s": [float(level) for level in s]}
    hits, formula = (np.zeros([len(values) for values in sizes.values()]) for _ in range(2))
    begun = time.perf_counter()
    for place in tqdm(list(np.ndindex(hits.shape)), unit="cell", disable=not progress):
        rows, dimension, level = (values[i] for values, i in zip(sizes.values(), place, strict=True))
        source = np.random.default_rng([rng, rows, dimension, round(1000 * level)])
        centers = cluster_means(
            dimension, means, source if redraw else np.random.default_rng([rng, dimension])
        )
        first, u = rows - rows // 2, cluster_direction(centers)
        which = np.repeat(centers, [first, rows - first], axis=0)
        active = np.repeat([True, False], [first, rows - first])
        for _ in range(trials):
            X = which + source.standard_normal((rows, dimension)) / level
            hits[place] += ((X @ u >= 0) == active).all()
        formula[place] = cluster_probability(first, rows - first, level, centers)
    lower, upper = wilson_interval(hits, trials)
    data = {"rate": hits / trials, "lower": lower, "upper": upper, "probability": formula}
    return xr.Dataset(
        {name: (tuple(sizes), values) for name, values in data.items()},
        coords=sizes,
        attrs=provenance()
        | portable({"kind": "clusters", "means": means, "redraw": int(redraw), "trials": trials, "rng": rng})
        | {"seconds": time.perf_counter() - begun},
    )
