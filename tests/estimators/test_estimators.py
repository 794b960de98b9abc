"""The estimators as scikit-learn wants them, against CVXPY, and with data as people have them."""

import pickle
import time

import numpy as np
import pytest

import relulab as rl

sklearn = pytest.importorskip("sklearn")
from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import PolynomialFeatures  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from relulab.estimators import preparing  # noqa: E402


def rows(n=60, d=3, seed=0):
    rng = np.random.default_rng(seed)
    X = 10 * rng.standard_normal((n, d)) + 5
    return X, 3 + np.maximum(X[:, 0] - 5, 0) + rng.standard_normal(n)


@parametrize_with_checks(
    [rl.SimplestNetwork(beta=0.01, patterns=50), rl.SimplestClassifier(beta=0.05, patterns=50)]
)
def test_what_scikit_learn_asks_of_an_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("network", ["plain", "skip", "normalized"])
def test_the_fit_is_that_of_clarabel(network, form):
    X, y = rows()
    model = rl.SimplestNetwork(beta=0.1, network=network, form=form, patterns=30, tol=1e-7).fit(X, y)
    scaled = (X - X.mean(axis=0)) / np.linalg.norm(X - X.mean(axis=0), axis=0)
    features = np.hstack([scaled, np.full((60, 1), 60**-0.5)])
    labels = (y - y.mean()) / np.linalg.norm(y - y.mean())
    S = rl.sample_patterns(features, 30, rng=0)
    reference = rl.solve(features, labels, S, network, form, 0.1, intercept=True)
    assert model.path_.solutions[-1].value == pytest.approx(reference.value, rel=1e-6)
    own = model.network_.predict(features)
    np.testing.assert_allclose(model.predict(X), y.mean() + own * np.linalg.norm(y - y.mean()))
    assert np.linalg.norm(own - reference.fit) < 1e-3
    certificate = model.certificate_
    assert certificate.status == "cheapest"
    assert rl.check(certificate)
    assert model.n_neurons_ == model.network_.m


@pytest.mark.parametrize("intercept", [False, True])
def test_the_classifier_is_that_of_clarabel(intercept):
    X, y = rows()
    labels = np.where(y > np.median(y), "high", "low")
    model = rl.SimplestClassifier(beta=0.3, patterns=30, fit_intercept=intercept, tol=1e-7).fit(X, labels)
    problem = model.certificate_
    reference = rl.solve(
        problem.X, problem.y, model._patterns, beta=0.3, loss="logistic", intercept=intercept
    )
    assert model.path_.solutions[-1].value == pytest.approx(reference.value, rel=1e-6)
    assert problem.status == "cheapest"
    assert model.classes_.tolist() == ["high", "low"]
    np.testing.assert_array_equal(
        model.predict(X), model.classes_[(model.decision_function(X) > 0).astype(int)]
    )
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)


def test_three_classes_are_three_against_the_rest():
    X, y = rows()
    labels = np.digitize(y, np.quantile(y, [0.3, 0.7]))
    model = rl.SimplestClassifier(beta=0.2).fit(X, labels)
    assert model.score(X, labels) > 0.8
    assert [c.status for c in model.certificate_] == ["cheapest"] * 3
    alone = rl.SimplestClassifier(beta=0.2).fit(X, labels == 2)
    np.testing.assert_allclose(model.decision_function(X)[:, 2], alone.decision_function(X), atol=1e-6)


def test_cross_validation_finds_the_neuron_and_a_simpler_one():
    X, y = rows(90)
    best, simpler = (rl.SimplestNetwork(rule=rule, patterns=60).fit(X, y) for rule in ("best", "one-se"))
    new, labels = rows(200, seed=1)
    assert best.score(new, labels) > 0.9
    assert best.cv_errors_.shape == (5, 30)
    assert simpler.beta_ >= best.beta_
    assert simpler.n_neurons_ <= best.n_neurons_
    mean = best.cv_errors_.mean(axis=0)
    assert best.beta_ == best.path_.betas[mean.argmin()]


def test_in_a_pipeline_and_a_grid_search_and_pickled():
    X, y = rows()
    model = make_pipeline(PolynomialFeatures(2, include_bias=False), rl.SimplestNetwork(patterns=30))
    grid = GridSearchCV(model, {"simplestnetwork__beta": [0.03, 0.3]}, cv=3).fit(X, y)
    assert grid.best_score_ > 0.5
    again = pickle.loads(pickle.dumps(grid.best_estimator_))
    np.testing.assert_array_equal(again.predict(X), grid.predict(X))
    assert clone(model[-1]).get_params() == model[-1].get_params()


def test_units_of_columns_and_labels_do_not_matter():
    X, y = rows()
    one = rl.SimplestNetwork(beta=0.05, patterns=40).fit(X, y).predict(X)
    other = (
        rl.SimplestNetwork(beta=0.05, patterns=40)
        .fit(X * [1, 1e3, 1e-3] + 7, 100 * y - 3)
        .predict(X * [1, 1e3, 1e-3] + 7)
    )
    np.testing.assert_allclose(other, 100 * one - 3, rtol=1e-5)


def test_bad_data_are_named(monkeypatch):
    pandas = pytest.importorskip("pandas")
    sparse = pytest.importorskip("scipy.sparse")
    X, y = rows()
    frame = pandas.DataFrame(X, columns=["age", "mass", "size"])
    holes = frame.copy()
    holes.loc[4, "mass"] = np.nan
    flat = frame.assign(size=1.0)
    model, classifier = rl.SimplestNetwork(beta=0.1), rl.SimplestClassifier(beta=0.1)
    with pytest.raises(ValueError, match=r"^X holds NaN in column 'mass', row 4"):
        model.fit(holes, y)
    with pytest.raises(ValueError, match=r"^X is constant in column 'size'"):
        model.fit(flat, y)
    with pytest.raises(ValueError, match=rf"^y has {len(y) - 1} rows and X has {len(y)}"):
        model.fit(frame, y[:-1])
    with pytest.raises(ValueError, match=r"^X is a sparse matrix; give X\.toarray\(\)"):
        model.fit(sparse.csr_matrix(X), y)
    for bad, place in (
        (frame.assign(city="Rome"), "'Rome' in column 'city', row 0"),
        (frame.assign(size=pandas.Categorical(["x", "y"] * (len(y) // 2))), "'x' in column 'size', row 0"),
        (frame.assign(day=pandas.Timestamp("2020-01-01")), r"Timestamp\(.*\) in column 'day', row 0"),
        (frame.assign(city="Rome").to_numpy(), "'Rome' in column 3, row 0"),
        (np.hstack([X, np.full((len(y), 1), np.nan)]), "NaN in all of column 3; text"),
    ):
        with pytest.raises(ValueError, match=f"^X holds {place}"):
            model.fit(bad, y)
    with pytest.raises(ValueError, match=r"^X holds 'Rome' in column 'mass', row 0"):
        model.fit(frame, y).predict(frame.assign(mass="Rome"))
    with pytest.raises(ValueError, match=r"^y holds NaN in row 2"):
        model.fit(frame, np.where(np.arange(len(y)) == 2, np.nan, y))
    with pytest.raises(ValueError, match=r"^X holds 'Rome' in column 'city', row 0"):
        rl.path(frame.assign(city="Rome"), y, np.ones((len(y), 1), dtype=bool))
    with pytest.raises(ValueError, match=r"^X holds NaN or infinite values in column 'mass', row 4"):
        rl.path(holes, y, np.ones((len(y), 1), dtype=bool))
    with pytest.raises(ValueError, match=r"^X is a sparse matrix"):
        rl.path(sparse.csr_matrix(X), y, np.ones((len(y), 1), dtype=bool))
    with pytest.raises(ValueError, match=r"^y holds one class only"):
        classifier.fit(frame, np.ones(len(y)))
    with pytest.raises(ValueError, match=r"^y holds class True once"):
        rl.SimplestClassifier().fit(frame, np.arange(len(y)) == 0)
    with pytest.raises(ValueError, match=r"^X holds NaN or infinity in column 'mass'"):
        model.fit(frame, y).predict(holes)
    monkeypatch.setattr(preparing, "_free_memory", lambda: 10**6)
    with pytest.raises(ValueError, match=r"^patterns=500 .* at most 277 fit"):
        rl.SimplestNetwork(patterns=500).fit(X, y)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"beta": "best"}, r"^beta='best' is neither"),
        ({"beta": 0}, r"^beta=0"),
        ({"network": "deep"}, r"^network='deep'"),
        ({"form": "relaxed"}, r"^form='relaxed'"),
        ({"patterns": 0}, r"^patterns=0"),
        ({"patterns": "some"}, r"^patterns='some'"),
        ({"folds": 1}, r"^folds=1"),
        ({"rule": "two-se"}, r"^rule='two-se'"),
        ({"tol": -1}, r"^tol=-1"),
        ({"random_state": -1}, r"^random_state=-1"),
        ({"fit_intercept": "no"}, r"^fit_intercept='no'"),
        ({"tol": 1}, r"^tol=1 is not below 0.1"),
    ],
)
def test_bad_settings_are_named(setting, message):
    with pytest.raises(ValueError, match=message):
        rl.SimplestNetwork(**setting).fit(*rows())


@pytest.mark.parametrize("size", [1e-300, 1e-8, 1e8, 1e300])
def test_no_unit_is_too_large_or_small(size):
    X, y = rows()
    reference = rl.SimplestNetwork(beta=0.05).fit(X, y)
    other = rl.SimplestNetwork(beta=0.05).fit(size * X, y)
    np.testing.assert_allclose(other.predict(size * X), reference.predict(X), rtol=1e-6)
    other = rl.SimplestNetwork(beta=0.05).fit(X, size * y)
    np.testing.assert_allclose(other.predict(X) / size, reference.predict(X), rtol=1e-6)


@pytest.mark.parametrize("form", ["gated", "exact"])
@pytest.mark.parametrize("beta", [0.05, "cv"])
def test_labels_that_are_one_number(form, beta):
    X = rows()[0]
    model = rl.SimplestNetwork(beta=beta, form=form, patterns=20).fit(X, np.full(60, 0.1))
    assert (model.n_neurons_, model.certificate_.status) == (0, "cheapest")
    np.testing.assert_array_equal(model.predict(X), 0.1)


@pytest.mark.parametrize(
    ("model", "X", "y", "message"),
    [
        (rl.SimplestNetwork, rows()[0], ["a", "b"] * 30, r"^y holds dtype"),
        (rl.SimplestNetwork, rows()[0], np.ma.masked_greater(rows()[1], 3), r"^y is a masked array"),
        (rl.SimplestNetwork, np.ma.masked_greater(rows()[0], 3), rows()[1], r"^X is a masked array"),
        (
            rl.SimplestClassifier,
            rows()[0],
            np.array(["a", 1] * 30, dtype=object),
            r"^y holds labels of several",
        ),
    ],
)
def test_labels_that_are_none_are_named(model, X, y, message):
    with pytest.raises(ValueError, match=message):
        model(beta=0.1, patterns=10).fit(X, y)


@pytest.mark.parametrize("network", ["skip", "plain", "normalized"])
def test_several_outputs_are_one_network(network):
    X, y = rows(50)
    Y = np.stack([y, 2 - 3 * X[:, 1], 0 * y + 7], axis=1)
    model = rl.SimplestNetwork(network=network, patterns=20, folds=3).fit(X, Y)
    assert model.predict(X).shape == Y.shape
    np.testing.assert_allclose(model.predict(X)[:, 2], 7)
    assert model.score(X, Y) > 0.9
    assert model.network_.weight_decay_gap >= model.network_.gap >= 0
    assert model.n_neurons_ == (model.network_.ranks[model.network_.plain_blocks.skip :] > 0).sum()
    problem = model.certificate_
    assert problem.status in ("cheapest", "not-cheapest")
    assert rl.check(problem).proved
    assert problem.bound <= model.network_.weight_decay
    with pytest.raises(ValueError, match=r'^y has 3 columns: several outputs have form="gated"'):
        rl.SimplestNetwork(form="exact", beta=0.1).fit(X, Y)


def test_cross_validation_of_exact_networks_takes_seconds():
    X, y = rows(60)
    start = time.process_time()
    model = rl.SimplestNetwork(form="exact", patterns=40, folds=3).fit(X, y)
    assert model.path_.gaps.max() <= 1e-3
    assert time.process_time() - start < 60  # projections one by one took several times as long


def test_folds_and_pieces_of_the_path_on_a_cluster():
    distributed = pytest.importorskip("distributed")
    X, y = rows()
    options = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": None, "host": "127.0.0.1"}
    settings = {"patterns": 30, "folds": 3}
    here = rl.SimplestNetwork(**settings).fit(X, y)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = rl.SimplestNetwork(**settings).fit(X, y, executor=client.get_executor())
        labels = np.where(y > np.median(y), "high", "low")
        classes = rl.SimplestClassifier(**settings).fit(X, labels, executor=client.get_executor())
    np.testing.assert_array_equal(there.cv_errors_, here.cv_errors_)
    assert there.beta_ == here.beta_
    np.testing.assert_allclose(there.predict(X), here.predict(X), atol=0.02 * np.ptp(y))
    assert there.path_.gaps.max() <= 1e-4
    assert classes.score(X, labels) > 0.8


def test_a_device_that_is_not_there_is_numpy():
    X, y = rows()
    here, there = (rl.SimplestNetwork(beta=0.05, device=device).fit(X, y) for device in ("cpu", "auto"))
    np.testing.assert_allclose(here.predict(X), there.predict(X), rtol=1e-3)
    with pytest.raises(ValueError, match="device"):
        rl.SimplestNetwork(device="gpu").fit(X, y)
