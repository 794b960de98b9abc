from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import matplotlib as mpl
import numpy as np
import pytest

import relulab as rl

SMALL = {"n": [15, 30, 45], "d": [10, 15], "trials": 4, "direction": "smallest", "rng": 11, "progress": False}


@pytest.fixture(scope="module")
def diagram():
    return rl.phase_diagram(**SMALL)


def processes(count):
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes, rl.sweep.processes])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_executor_gives_the_same_numbers(diagram, executor, workers):
    with executor(workers) as pool:
        other = rl.phase_diagram(**SMALL, executor=pool)
    for name in ("status", "evidence", "margin", "iterations", "rate"):
        np.testing.assert_array_equal(other[name], diagram[name])


def blas_threads():
    from threadpoolctl import threadpool_info

    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_a_worker_uses_one_blas_thread():
    def watching(n, d, rng):
        seen.append(blas_threads())
        return rl.draw("gaussian", n, d, rng)

    seen, outside = [], blas_threads()
    with ThreadPoolExecutor(2) as pool:
        rl.phase_diagram(**SMALL, ensemble=watching, executor=pool)
    # The first drawings, before the workers start, are what tells functions apart in a store.
    drawings = len(seen) - len(SMALL["n"]) * len(SMALL["d"]) * SMALL["trials"]
    assert drawings == 3
    assert all(threads == {1} for threads in seen[drawings:])
    assert blas_threads() == outside
    with processes(1) as pool:
        rl.phase_diagram(**SMALL, executor=pool)
        assert pool.submit(blas_threads).result() == {1}


def test_any_cell_can_be_recomputed_by_itself(diagram):
    for i, n in enumerate(SMALL["n"]):
        for j, d in enumerate(SMALL["d"]):
            plant, S = rl.phase.instance(n, d, 2, direction="smallest", rng=11)
            verdict = rl.decide(plant, S)
            assert verdict.status == rl.phase.meanings(diagram.status)[diagram.status.values[i, j, 2]]
            np.testing.assert_equal(verdict.margin, diagram.margin.values[i, j, 2])


def test_a_cell_does_not_depend_on_the_grid(diagram):
    alone = rl.phase_diagram(**(SMALL | {"n": [30], "d": [15]}))
    np.testing.assert_array_equal(alone.status[0, 0], diagram.status.sel(n=30, d=15))


def codes(variable):
    return {word: code for code, word in rl.phase.meanings(variable).items()}


def test_rates_count_statuses_and_carry_their_interval(diagram):
    recovered = (diagram.status.values == codes(diagram.status)["recovered"]).mean(axis=2)
    np.testing.assert_array_equal(diagram.rate, recovered)
    assert ((diagram.lower <= diagram.rate) & (diagram.rate <= diagram.upper)).all()
    assert 0 < diagram.rate.mean() < 1


def test_the_evidence_is_counted(diagram):
    assert (diagram.evidence_count.sum("by") == SMALL["trials"]).all()
    np.testing.assert_array_equal(diagram.evidence_count.sel(by="none"), diagram.undecided)
    for name, code in codes(diagram.evidence).items():
        expected = (diagram.evidence == code).sum("trial")
        np.testing.assert_array_equal(diagram.evidence_count.sel(by=name), expected)


def test_the_seconds_are_those_of_the_work(diagram):
    cores = rl.sweep.cores()
    assert (diagram.seconds > 0).all()
    assert float(diagram.seconds.sum()) <= cores * diagram.attrs["seconds"]


def test_progress_counts_cells(capsys):
    rl.phase_diagram(**(SMALL | {"progress": True}))
    shown = capsys.readouterr().err
    assert "6/6 [" in shown
    assert "cell" in shown


def test_the_band_of_the_contour_is_where_the_interval_holds_one_half():
    mpl.use("Agg")
    ds = rl.phase_diagram(range(10, 71, 10), [8, 12, 16, 20], trials=4, rng=2, progress=False)
    ax = rl.plots.diagram(ds)
    _, band, line = ax.collections[:3]
    in_band = [[path_holds(band, (d, n)) for d in ds.d.values] for n in ds.n.values]
    holds = (ds.lower < 0.5) & (ds.upper > 0.5)
    assert holds.any()
    np.testing.assert_array_equal(in_band, holds)
    points = np.concatenate([path.vertices for path in line.get_paths()])
    assert all(path_holds(band, point) for point in points if strictly_inside(ds, point))
    mpl.pyplot.close(ax.figure)


def path_holds(collection, point):
    return any(path.contains_point(point) for path in collection.get_paths())


def strictly_inside(ds, point):
    d, n = point
    return ds.d.min() < d < ds.d.max() and ds.n.min() < n < ds.n.max()


def test_the_result_says_where_it_comes_from(diagram):
    assert diagram.attrs["rng"] == 11
    assert f"numpy {np.__version__}" in diagram.attrs["versions"]
    assert {"date", "machine", "python", "seconds", "kind", "network", "ensemble", "direction"} <= set(
        diagram.attrs
    )


def test_the_transition_is_where_theory_says():
    ds = rl.phase_diagram([30, 80], [20], trials=10, rng=1, progress=False, audit=True)
    assert ds.rate.values[0, 0] <= 0.2
    assert ds.rate.values[1, 0] >= 0.9


def test_half_of_random_directions_are_recovered_at_twice_the_dimension():
    ds = rl.phase_diagram([32, 40, 48], [20], trials=60, rng=3, progress=False)
    below, at, above = ds.rate.values[:, 0]
    assert below < 0.2
    assert 0.3 < at < 0.7
    assert above > 0.7


def test_isometry_implies_recovery():
    both = [rl.phase_diagram(**(SMALL | {"n": [30, 60, 90]}), metric=m) for m in ("isometry", "recovery")]
    held, recovered = ((ds.status == 0).values for ds in both)
    assert held.any()
    assert not (held & ~recovered).any()


@pytest.mark.parametrize(
    ("kind", "network"), [("relu", "plain"), ("relu", "skip"), ("normalized", "normalized")]
)
def test_other_networks_sweep_too(kind, network):
    ds = rl.phase_diagram(
        [10, 60], [6], trials=3, kind=kind, network=network, k=2, progress=False, audit=True
    )
    assert ds.rate.values[0, 0] < ds.rate.values[1, 0]


def test_a_function_is_an_ensemble():
    ds = rl.phase_diagram([40], [5], 3, ensemble=lambda n, d, rng: rng.uniform(-1, 1, (n, d)), progress=False)
    assert ds.rate.item() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": []}, "n is empty"),
        ({"d": [0]}, "d=0"),
        ({"n": [5, 5]}, "n holds a size twice"),
        ({"trials": 0}, "trials=0"),
        ({"kind": "cubic"}, "kind='cubic' is unknown; choose from 'linear', 'relu', 'normalized'"),
        ({"kind": "relu", "network": "normalized"}, "does not go with"),
        ({"ensemble": "poisson"}, "ensemble='poisson'"),
        ({"direction": "up"}, "direction='up'"),
        ({"metric": "taste"}, "metric='taste' is unknown; choose from 'recovery', 'isometry', 'distance'"),
        ({"sigma": 0.1}, "sigma=0.1"),
        ({"beta": 1e-3}, "beta=0.001 with metric='recovery'"),
        ({"kind": "relu", "network": "plain", "k": 11}, "k=11"),
        ({"rng": np.random.default_rng(0)}, "rng="),
        ({"form": "loose"}, "form='loose'"),
        ({"executor": 2}, "executor=2 is no Executor"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        rl.phase_diagram(**(SMALL | change))
