"""An ensemble is known by what it is and what it draws, not by its name."""

import functools

import numpy as np
import pytest
import zarr

import relulab as rl
from relulab.data.ensembles import clustered
from relulab.phase.fingerprints import fingerprint, source_of

SWEEP = {"n": [12, 20], "d": [4, 6], "trials": 2, "progress": False}
PROBLEM = {"kind": "linear", "k": 1, "direction": "random", "sigma": 0.0, "rng": 0}
RHO = 0.0


def ar1(n, d, rng):
    """Rows of an autoregressive process whose correlation is a global: its first entry does not know it."""
    Z = rng.standard_normal((n, d))
    X = Z.copy()
    for j in range(1, d):
        X[:, j] = RHO * X[:, j - 1] + np.sqrt(1 - RHO**2) * Z[:, j]
    return X


def of(function, known=None):
    return fingerprint(function, [12, 20], [4, 6], PROBLEM, known)


def test_a_function_that_reads_a_global_is_another_sweep(tmp_path, monkeypatch):
    store = tmp_path / "s.zarr"
    first = rl.phase_diagram(**SWEEP, ensemble=ar1, store=store)
    monkeypatch.setitem(globals(), "RHO", 0.95)
    with pytest.raises(ValueError, match="holds another sweep: ensemble is 'ar1, first drawing"):
        rl.phase_diagram(**SWEEP, ensemble=ar1, store=store)
    other = rl.phase_diagram(**SWEEP, ensemble=ar1, store=tmp_path / "other.zarr")
    assert first.attrs["ensemble"] != other.attrs["ensemble"]
    monkeypatch.setitem(globals(), "RHO", 0.0)
    again = rl.phase_diagram(**SWEEP, ensemble=ar1, store=store)
    np.testing.assert_array_equal(again.seconds, first.seconds)


def test_functions_of_one_name_are_told_apart(tmp_path):
    small = SWEEP | {"store": tmp_path / "s.zarr"}
    rl.phase_diagram(**small, ensemble=lambda n, d, rng: rng.uniform(-1, 1, (n, d)))
    with pytest.raises(ValueError, match=r"ensemble is '<lambda>, first drawing"):
        rl.phase_diagram(**small, ensemble=lambda n, d, rng: rng.uniform(-2, 2, (n, d)))


def test_the_last_column_of_the_largest_matrix_counts():
    def late(n, d, rng):
        X = rng.standard_normal((n, d))
        X[-1, -1] += (n, d) == (20, 6)
        return X

    late.__name__ = "plain"

    def plain(n, d, rng):
        return rng.standard_normal((n, d))

    drawn = [of(function).split(", source")[0] for function in (late, plain)]
    assert drawn[0] != drawn[1]


def test_the_same_drawings_from_another_source_are_another_function():
    def one(n, d, rng):
        return rng.standard_normal((n, d))

    def two(n, d, rng):
        return rng.normal(0, 1, (n, d))

    two.__name__ = "one"
    (first, source), (again, other) = (of(function).split(", source ") for function in (one, two))
    assert first == again
    assert source != other


def test_comments_and_layout_are_not_source():
    first = lambda n, d, rng: rng.standard_normal((n, d))  # noqa: E731
    again = lambda n, d, rng: rng.standard_normal(  # noqa: E731, a comment
        (n, d)
    )
    assert source_of(first) == source_of(again) == "lambda n, d, rng: rng.standard_normal((n, d))"


def test_other_callables_have_a_source_too():
    assert "class _Clustered" in source_of(clustered(3.0))
    near, far = (functools.partial(ar1, scale=scale) for scale in (1, 2))
    assert source_of(near) != source_of(far)
    assert source_of(np.ones) is None or isinstance(source_of(np.ones), str)
    assert source_of(rl.Plant) is not None
    assert of(clustered(3.0)) != of(clustered(3.5))
    assert of(clustered(3.0)) == of(clustered(3.0))


def test_last_digits_do_not_count_and_the_eighth_does():
    def exact(n, d, rng):
        return rng.choice([-1.0, 0.0, 0.5, 1.0, 1e-12], (n, d))

    def nudged(n, d, rng):
        return exact(n, d, rng) * (1 + 4e-16)

    def moved(n, d, rng):
        return exact(n, d, rng) * (1 + 1e-6 * (np.arange(n) == 3))[:, None]

    digests = [of(function).split(",", 1)[1].split(", source")[0] for function in (exact, nudged, moved)]
    assert digests[0] == digests[1] != digests[2]


def test_a_function_that_refuses_small_sizes_is_known_by_the_others(tmp_path):
    def large(n, d, rng):
        if n < 20:
            raise ValueError("too small")
        return rng.standard_normal((n, d))

    assert " 12 x 4 declined" in of(large)
    assert of(large) == of(large)


def test_an_extended_store_knows_its_function(tmp_path):
    store = tmp_path / "s.zarr"
    before = rl.phase_diagram(**SWEEP, ensemble=ar1, store=store)
    more = rl.phase_diagram(**SWEEP | {"n": [8, 12, 40], "trials": 3}, ensemble=ar1, store=store)
    assert more.attrs["ensemble"] == before.attrs["ensemble"]


def test_a_store_that_knows_a_function_by_one_entry_still_opens(tmp_path):
    """As relulab 0.1 kept it first."""
    store = tmp_path / "s.zarr"
    ds = rl.phase_diagram(**SWEEP, ensemble=ar1, store=store)
    first = rl.phase.instance(12, 4, 0, ensemble=ar1)[0].X
    cells = zarr.open_array(store, path="cells", mode="r+")
    old = f"ar1, first drawing {first.flat[0]:.6g}"
    cells.attrs["configuration"] = cells.attrs["configuration"] | {"ensemble": old}
    again = rl.phase_diagram(**SWEEP, ensemble=ar1, store=store)
    np.testing.assert_array_equal(again.seconds, ds.seconds)
    with pytest.raises(ValueError, match="another sweep: ensemble is 'ar1, first drawing"):
        rl.phase_diagram(**SWEEP, ensemble=lambda n, d, rng: ar1(n, d, rng) + 1, store=store)
