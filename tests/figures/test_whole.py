"""The stored figures over all patterns: what they say, against a fresh computation and against theorems."""

import numpy as np
import pytest

import relulab as rl
from relulab.figures import results
from relulab.figures.runs import compute, judge, still_open
from relulab.figures.whole import WHOLE

DIAGRAMS = [name for name, figure in WHOLE.items() if not figure.edges]
EDGES = [name for name, figure in WHOLE.items() if figure.edges]
NO_LONGER_THAN = {"exact": 40, "gated": 10}  # dimensions of the cells that are computed again


def recovered(name, **where):
    return (rl.open_figure(name).sel(**where).status == 0).transpose("n", "d", "trial").values


def test_every_figure_over_all_patterns_is_stored():
    assert set(WHOLE) <= set(results.stored())
    assert set(WHOLE).isdisjoint(rl.figures.FIGURES)


@pytest.mark.parametrize("name", WHOLE)
def test_it_says_where_it_comes_from_and_what_is_open(name):
    file = results.RESULTS / results.FILE.format(name)
    assert file.stat().st_size < 300_000
    ds, figure = rl.open_figure(name), WHOLE[name]
    assert ds.attrs["command"].startswith(f"relulab figure {name} --scale paper --seed 0")
    assert {"versions", "machine", "date", "seconds", "expectation", "held", "finding"} <= set(ds.attrs)
    again = judge(figure, ds)
    assert (int(again[0]), again[1]) == (ds.attrs["held"], ds.attrs["finding"])
    grid = figure.grids["paper"]
    assert [*ds.d.values] == [*grid["d"]]
    assert ds.sizes["trial"] == grid["trials"]
    if figure.whole:
        assert ds.attrs["open"].splitlines() == still_open(ds)
    if not figure.edges:
        assert [*ds.n.values] == [*grid["n"]]
        assert ds.attrs.get("patterns", 1) == ("all" if figure.whole else 1)
        counted = int((ds.proved > 0).sum())
        assert ds.attrs["proofs"].startswith(f"{counted} of ")
        assert len(ds.attrs.get("unproved", "").splitlines()) == ds.proved.size - counted


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_cell_is_what_is_computed_now(name):
    ds, figure = rl.open_figure(name), WHOLE[name]
    pick = np.random.default_rng([ord(letter) for letter in name])
    most = NO_LONGER_THAN[figure.form]
    d = int(pick.choice(ds.d[ds.d <= most]))
    sizes = ds.n[(ds.n >= d) & (ds.n <= 4 * d)].values
    n = int(pick.choice(sizes if sizes.size else ds.n.values))
    now = rl.phase_diagram([n], [d], min(5, ds.sizes["trial"]), **figure.settings, progress=False)
    then = ds.status.sel(n=n, d=d)[: now.sizes["trial"]]
    np.testing.assert_array_equal(now.status.values[0, 0], then)


@pytest.mark.parametrize("name", EDGES)
def test_a_few_edges_are_what_is_found_now(name):
    ds, figure = rl.open_figure(name), WHOLE[name]
    settings = {name: value for name, value in figure.settings.items() if name != "metric"}
    now = rl.edge([3, 6], 4, **settings, progress=False)
    for variable in ("edge", "lower", "upper"):
        np.testing.assert_array_equal(now[variable], ds[variable].sel(d=[3, 6]).isel(trial=slice(4)))
    ratios = (ds.upper / ds.d).fillna(np.inf)
    order = np.sort(ratios.values, axis=1)
    np.testing.assert_allclose(ds["median"], order[:, ds.sizes["trial"] // 2 - 1], rtol=1e-6)


@pytest.mark.parametrize("direction", ["random", "smallest"])
def test_recovery_over_all_patterns_is_recovery_over_the_sample(direction):
    """Monotonicity: of the same draws, none is recovered over all patterns and lost over some."""
    over_all, sample = recovered(f"gated-{direction}"), recovered(f"sampled-{direction}")
    assert not (over_all & ~sample).any()
    assert (sample & ~over_all).any()


@pytest.mark.parametrize("direction", ["random", "smallest"])
def test_what_the_gated_network_recovers_the_relu_network_does(direction):
    n, d = range(4, 89, 4), range(2, 13, 2)
    gated = recovered(f"gated-{direction}", n=[*n], d=[*d])
    real = recovered(f"real-{direction}-fine", n=[*n], d=[*d])[..., : gated.shape[2]]
    assert not (gated & ~real).any()
    assert (real & ~gated).any()


@pytest.mark.parametrize(("name", "sampled"), [("real-random", "6a"), ("real-smallest", "18a")])
def test_the_papers_grid_holds_the_draws_of_the_papers_figures(name, sampled):
    """The ReLU network over all patterns beside the gated one over samples, trial by trial."""
    here, there = rl.open_figure(name), rl.open_figure(sampled)
    for axis in ("n", "d", "trial"):
        np.testing.assert_array_equal(here[axis], there[axis])
    assert (here.attrs["rng"], here.attrs["seeding"]) == (there.attrs["rng"], there.attrs["seeding"])
    real, gated = (ds.status.transpose("n", "d", "trial").values for ds in (here, there))
    assert not ((gated == 0) & (real == 1)).any()
    assert (((gated == 1) | (gated == 2)) & (real == 0)).any()


def test_the_all_ones_bound_holds():
    """No gated network recovers where an all-ones pattern exists; Wendel knows how often that is."""
    ds = rl.open_figure("gated-random")
    bound = np.array([[rl.theory.recovery_whitened(int(n), int(d)) for d in ds.d] for n in ds.n])
    assert ((ds.lower <= bound + 1e-9) | (ds.n < ds.d)).all()


def test_the_edges_are_where_the_book_says():
    exact, gated = (rl.open_figure(f"edges-{form}") for form in ("exact", "gated"))
    late = exact.sel(d=exact.d >= 5)
    mean = (late.edge.mean("trial") / late.d).values
    for law in (1 / late.d.values, late.d.values**-0.5):
        assert 1.2 < np.polyfit(law, mean, 1)[1] < 4 / 3
    spread = (late.edge.std("trial") / np.sqrt(late.d)).values
    assert 0.4 < spread.min() < spread.max() < 0.85
    shared = [int(d) for d in gated.d if d >= 3]
    assert (gated["median"].sel(d=shared) > 1.5 * exact["median"].sel(d=shared)).all()
    assert (gated["median"].sel(d=shared) > 2).all()
    hard = rl.open_figure("gated-smallest")
    for rate in (hard.rate, hard.rate + hard.undecided / hard.sizes["trial"]):
        ratio = rl.figures.crossings(hard.assign(rate=rate)) / hard.d.values
        assert ratio[-1] > 1.15 * ratio[0]
    for name, most in (("real-random", 4 / 3), ("real-smallest-fine", 2.49), ("real-smallest", 2.49)):
        assert rl.figures.measured_edge(rl.open_figure(name)) < most


def test_edges_are_computed_like_the_other_figures(monkeypatch, tmp_path):
    monkeypatch.setitem(WHOLE["edges-exact"].grids, "book", {"d": [2, 3], "trials": 3})
    ds = compute("edges-exact", store=tmp_path, progress=False)
    assert ds.attrs["command"] == "relulab figure edges-exact --scale book --seed 0"
    assert ds.attrs["open"] == ""
    again = compute("edges-exact", store=tmp_path, progress=False)
    np.testing.assert_array_equal(ds.seconds, again.seconds)  # read, not computed again
    np.testing.assert_array_equal(ds.edge, rl.edge([2, 3], 3, "exact", progress=False).edge)
    with pytest.raises(ValueError, match="protocol='released' is unknown"):
        compute("edges-exact", protocol="released", progress=False)
    with pytest.raises(ValueError, match="figure edges-exact holds no verdicts of recovery"):
        compute("edges-exact", prove=True, progress=False)


def test_what_is_open_is_named():
    ds = rl.phase_diagram([30], [10], 3, patterns="all", effort=1e-3, progress=False)
    assert int(ds.undecided.sum()) > 0
    assert still_open(ds) == [f"n=30, d=10: {int(ds.undecided[0, 0])} of 3 trials"]
    edges = rl.edge([10], 2, effort=1e-3, progress=False)
    assert still_open(edges) == [f"d=10: {int(edges['open'][0])} of 2 draws"]


def test_the_picture_of_edges_shows_the_quartiles():
    ds = rl.open_figure("edges-exact")
    ax = rl.pictures.picture(ds).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), ds["median"])
