import numpy as np
import pytest

import relulab as rl
from relulab.blocks.nnls import nonnegative_least_squares
from relulab.programs.fast import program_of
from relulab.programs.scaling import Scaled
from relulab.solvers.projections import Cones


def exact_program(X, network="skip", p=30, seed=0):
    blocks = rl.Blocks(X, rl.sample_patterns(X, count=p, rng=seed), network)
    return program_of(Scaled(blocks, np.ones(len(X)), 1e-3), "exact")[0]


def rows_of(program, j):
    rows = program.cone[j][:, None] * program.X
    return rows if program.bases is None else rows @ program.bases[j]


def exact(program, j, g):
    rows = rows_of(program, j)
    return g + rows.T @ nonnegative_least_squares(rows.T, -g)


def data(name):
    X = rl.draw("gaussian", 40, 6, rng=0)
    zeros = X.copy()
    zeros[[3, 17]] = 0
    return {
        "gaussian": X,
        "cubic": rl.draw("cubic", 30, 5, rng=1),
        "wide": rl.draw("gaussian", 6, 10, rng=2),
        "duplicate rows": np.vstack([X[:20], X[:20]]),
        "zero rows": zeros,
        "one column": rl.draw("gaussian", 8, 1, rng=3),
    }[name]


@pytest.mark.parametrize("name", ["gaussian", "cubic", "wide", "duplicate rows", "zero rows", "one column"])
@pytest.mark.parametrize("network", ["plain", "skip"])
def test_against_nonnegative_least_squares(name, network):
    """From nothing, and then from where the last projection of another point ended."""
    program = exact_program(data(name), network)
    rng = np.random.default_rng(0)
    cones = Cones(program, np.zeros_like(program.cone))
    g = rng.standard_normal(program.counts.shape) * 10 ** rng.uniform(-0.5, 1.5, (len(program.counts), 1))
    for point in (g, g + 0.1 * rng.standard_normal(g.shape), -g, g):
        found = cones.project(point)
        for j in range(len(g)):
            true = exact(program, j, point[j])
            if np.linalg.norm(true) > 1:
                np.testing.assert_allclose(found[j], true, atol=1e-9 * np.linalg.norm(point[j]))
                by_multipliers = point[j] + rows_of(program, j).T @ cones.multipliers[j]
                np.testing.assert_allclose(found[j], by_multipliers, atol=1e-9)
            else:
                assert np.linalg.norm(found[j]) <= 1 + 1e-9
        assert (cones.multipliers >= 0).all()


@pytest.mark.parametrize("network", ["skip", "normalized"])
def test_what_is_off_is_bounded_and_what_is_on_is_in_its_cone(network):
    program = exact_program(rl.draw("gaussian", 80, 10, rng=0), network, p=60)
    cones = Cones(program, np.zeros_like(program.cone))
    g = 3 * np.random.default_rng(1).standard_normal(program.counts.shape)
    found = cones.project(g)
    on = np.flatnonzero(np.linalg.norm(found, axis=1) > 1)
    assert len(on) > 5
    slack = np.array([rows_of(program, j) @ found[j] for j in on])
    assert slack.min() > -1e-12
    np.testing.assert_allclose(np.sum(cones.multipliers[on] * slack, axis=1), 0, atol=1e-10)


@pytest.mark.parametrize("network", ["skip", "normalized"])
def test_a_face_is_what_the_active_rows_leave(network):
    program = exact_program(rl.draw("gaussian", 80, 10, rng=0), network, p=60)
    cones = Cones(program, np.zeros_like(program.cone))
    found = cones.project(3 * np.random.default_rng(1).standard_normal(program.counts.shape))
    on = np.flatnonzero((np.linalg.norm(found, axis=1) > 1) & cones.has_cone)
    for j in on:
        basis, active = cones.face(j), cones.multipliers[j] > 0
        assert basis.shape[1] == 10 - active.sum()
        np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-10)
        np.testing.assert_allclose(rows_of(program, j)[active] @ basis, 0, atol=1e-10)
        np.testing.assert_allclose(basis @ (basis.T @ found[j]), found[j], atol=1e-9)
    near = found + 1e-9
    back = cones.on_faces(near, on)
    for j in on:
        np.testing.assert_allclose(rows_of(program, j)[cones.multipliers[j] > 0] @ back[j], 0, atol=1e-14)
