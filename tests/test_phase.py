from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import relulab as rl

SMALL = {"n": [15, 30, 45], "d": [10, 15], "trials": 4, "direction": "smallest", "rng": 11, "progress": False}


@pytest.fixture(scope="module")
def diagram():
    return rl.phase_diagram(**SMALL)


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same_numbers(diagram, executor):
    with executor(2) as pool:
        other = rl.phase_diagram(**SMALL, executor=pool)
    for name in ("status", "evidence", "margin", "iterations", "rate"):
        np.testing.assert_array_equal(other[name], diagram[name])


def test_any_cell_can_be_recomputed_by_itself(diagram):
    for i, n in enumerate(SMALL["n"]):
        for j, d in enumerate(SMALL["d"]):
            plant, S = rl.phase.instance(n, d, 2, direction="smallest", rng=11)
            verdict = rl.decide(plant, S)
            assert verdict.status == diagram.status.meanings[diagram.status.values[i, j, 2]]
            np.testing.assert_equal(verdict.margin, diagram.margin.values[i, j, 2])


def test_a_cell_does_not_depend_on_the_grid(diagram):
    alone = rl.phase_diagram(**(SMALL | {"n": [30], "d": [15]}))
    np.testing.assert_array_equal(alone.status[0, 0], diagram.status.sel(n=30, d=15))


def test_rates_count_statuses_and_carry_their_interval(diagram):
    recovered = (diagram.status.values == diagram.status.meanings.index("recovered")).mean(axis=2)
    np.testing.assert_array_equal(diagram.rate, recovered)
    assert ((diagram.lower <= diagram.rate) & (diagram.rate <= diagram.upper)).all()
    assert 0 < diagram.rate.mean() < 1


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
        ({"metric": "taste"}, "metric='taste' is unknown; choose from 'recovery', 'isometry'"),
        ({"sigma": 0.1}, "sigma=0.1"),
        ({"kind": "relu", "network": "plain", "k": 11}, "k=11"),
        ({"rng": np.random.default_rng(0)}, "rng="),
        ({"form": "loose"}, "form='loose'"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        rl.phase_diagram(**(SMALL | change))
