"""What NumPy can read is taken, and what is no array of real numbers is named in one line."""

from fractions import Fraction

import numpy as np
import pytest
import xarray as xr

import relulab as rl
from relulab import sensing, theory

pandas = pytest.importorskip("pandas")
torch = pytest.importorskip("torch")
X = rl.draw("gaussian", 8, 3, rng=0)
y = X @ np.ones(3)
S = rl.sample_patterns(X, rng=1)
READ = {
    "lists": X.tolist(),
    "DataFrame": pandas.DataFrame(X),
    "DataArray": xr.DataArray(X, dims=("n", "d")),
    "tensor": torch.tensor(X),
    "tensor with gradients": torch.tensor(X, requires_grad=True),
}
REFUSED = {
    "complex numbers": X + 0j,
    "masked": np.ma.masked_array(X, mask=X > 0),
    "dates": np.zeros((8, 3), dtype="datetime64[s]"),
    "durations": np.zeros((8, 3), dtype="timedelta64[s]"),
    "objects": np.full((8, 3), Fraction(1, 3)),
    "dtype <U": X.astype(str),
    "NaN": np.full((8, 3), np.nan),
    "real numbers": [[1.0, 2.0], [3.0]],
}
USES = {
    "plant": lambda X: rl.plant(X, rng=1).y,
    "sample_patterns": lambda X: np.asarray(rl.sample_patterns(X, rng=1)),
    "enumerate_patterns": lambda X: np.asarray(rl.enumerate_patterns(X)),
    "has_all_ones": rl.has_all_ones,
    "gates_of": lambda X: rl.gates_of(X, S).round(4),
    "Blocks": lambda X: rl.Blocks(X, S).gram(),
    "solve": lambda X: rl.solve(X, y, S, solver="newton").value,
    "solve_dual": lambda X: rl.programs.solve_dual(X, y, S).value,
    "basis_pursuit": lambda A: sensing.basis_pursuit(A, y).x,
    "lasso": lambda A: sensing.lasso(A, y, 0.1).x,
    "certificate": lambda A: sensing.certificate(A, [1, 0, 0]).dual,
    "coherence": sensing.coherence,
    "mean_field_isometry": lambda X: theory.mean_field_isometry(X, [1, 0, 0]),
}


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize("name", USES)
def test_what_numpy_can_read_is_read(name, kind):
    np.testing.assert_allclose(USES[name](READ[kind]), USES[name](X))


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("name", USES)
def test_what_is_no_array_of_numbers_is_named(name, kind):
    with pytest.raises(ValueError, match=f"^[XA] .*{kind}") as caught:
        USES[name](REFUSED[kind])
    assert "\n" not in str(caught.value)


def test_labels_and_patterns_are_read_too():
    given = rl.solve(X, y, S).value
    assert rl.solve(X, torch.tensor(y), torch.tensor(np.asarray(S))).value == given
    assert rl.solve(X, pandas.Series(y), pandas.DataFrame(np.asarray(S))).value == given
    with pytest.raises(ValueError, match=r"^S is a masked array"):
        rl.solve(X, y, np.ma.masked_array(np.asarray(S), mask=False))
    with pytest.raises(ValueError, match=r"^S has dtype int64"):
        rl.solve(X, y, np.asarray(S).astype(int))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.wilson_interval(6, 5), "successes must be counts between 0 and trials"),
        (lambda: theory.wilson_interval(-1, 5), "successes must be counts"),
        (lambda: theory.wilson_interval(np.nan, 5), "successes must be counts"),
        (lambda: theory.wilson_interval(3, 5, level=95), "level=95 is not between 0 and 1"),
        (lambda: theory.wilson_interval([1, 2], [3, 4, 5]), "successes and trials have shapes"),
        (lambda: theory.mean_field_isometry(X, [0, 0, 0]), "w is zero"),
        (lambda: rl.figures.truth(1), "number=1 is unknown"),
        (lambda: rl.figures.truth("4a", n=5), "n=5 is no sequence"),
        (lambda: rl.phase.instance(10, 3, trial="3"), "trial='3' is not a whole number >= 0"),
        (lambda: rl.phase.instance(10, 3, trial=0, rng="a"), "rng='a'"),
        (lambda: rl.phase.instance(10, 3, trial=0, patterns=-1), "patterns=-1"),
        (lambda: rl.phase.instances(10, 3, 4), "trials=4 is no sequence"),
        (lambda: rl.solve(X, y, S, beta="1"), "beta='1'"),
        (lambda: rl.plant(X, sigma=True), "sigma=True"),
        (lambda: rl.plots.slice_against_wendel(rl.open_figure("6c"), 33), "d=33 is not in the diagram"),
        (lambda: rl.plots.slice_against(rl.open_figure("6c"), 30, [1]), "probability has 1 entries"),
        (lambda: rl.train(rl.plant(X), beta=1e300), r"beta=1e\+300 is out of the range of float32"),
        (lambda: rl.train(rl.plant(X), lr=1e-300), "lr=1e-300 is out of the range of float32"),
    ],
)
def test_what_was_a_crash_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("n", "d"), [(100_000, 50_000), (100_000, 30_000), (50_000, 49_000)])
def test_large_counts_take_a_moment(n, d):
    assert rl.count_patterns(n, d) > 2**d
    assert 0 <= theory.wendel(n, d) <= 1
    assert theory.wendel(2 * d, d) == 0.5


def test_wendels_sum_and_its_approximation_agree():
    for n, d in ((5000, 2450), (5001, 2450), (5001, 2550)):
        assert theory.wendel(n, d) == pytest.approx(rl.count_patterns(n, d) / 2**n, rel=1e-10)
