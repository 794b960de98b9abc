"""True verdicts of every kind, and forgers that spoil them."""

from dataclasses import replace

import numpy as np

import relulab as rl

PAIRS = [
    ("linear", "skip", 1),
    ("relu", "plain", 1),
    ("relu", "skip", 2),
    ("relu", "plain", 3),
    ("normalized", "normalized", 1),
    ("normalized", "normalized", 2),
]


def draws(rng, trials=2):
    """Decided problems: (verdict, plant, S), over all kinds, forms and ensembles."""
    for kind, network, k in PAIRS:
        for form in ("gated", "exact"):
            for n, d in ((8, 3), (12, 4), (20, 4)):
                for trial in range(trials):
                    direction = "smallest" if kind == "linear" and trial % 2 else "random"
                    ensemble = ("gaussian", "cubic", "whitened")[(trial + n) % 3]
                    settings = {"kind": kind, "k": k, "direction": direction, "ensemble": ensemble}
                    plant, S = rl.phase.instance(n, d, trial, **settings, rng=rng)
                    verdict = rl.decide(plant, S, network, form)
                    if verdict.status != "undecided":
                        yield verdict, plant, S


def wrong_by(rng):
    """A relative error that is no rounding: 1e-6 to 1e-1, of either sign."""
    return rng.choice([-1, 1]) * 10.0 ** rng.uniform(-6, -1)


def scaled(verdict, plant, S, rng):
    name = "dual" if verdict.status == "recovered" else "competitor"
    return replace(verdict, **{name: getattr(verdict, name) * (1 + wrong_by(rng))}), S


def one_number_off(verdict, plant, S, rng):
    """One number of the evidence is off by a hundredth, one that the labels or equations see."""
    name = "dual" if verdict.status == "recovered" else "competitor"
    forged = getattr(verdict, name).copy()
    seen = np.abs(forged) > 1e-3 * np.abs(forged).max()
    if name == "dual" and plant.kind != "linear":  # off the planted rows another number may do as well
        seen &= (plant.X @ plant.weights > 0).any(axis=1)
    place = tuple(rng.choice(np.argwhere(seen)))
    forged[place] += 1e-2 * rng.choice([-1, 1]) * np.abs(forged).max()
    return replace(verdict, **{name: forged}), S


def not_finite(verdict, plant, S, rng):
    name = "dual" if verdict.status == "recovered" else "competitor"
    forged = getattr(verdict, name).copy()
    forged.flat[rng.integers(forged.size)] = rng.choice([np.nan, np.inf, -np.inf])
    return replace(verdict, **{name: forged}), S


def other_shape(verdict, plant, S, rng):
    name = "dual" if verdict.status == "recovered" else "competitor"
    return replace(verdict, **{name: getattr(verdict, name)[:-1]}), S


def other_status(verdict, plant, S, rng):
    others = {"recovered", "not-recovered", "not-unique"} - {verdict.status}
    forged = replace(verdict, status=str(rng.choice(sorted(others))))
    if forged.status == "recovered":
        return replace(forged, dual=rl.isometry(plant, S, verdict.network).dual), S
    if verdict.competitor is None:
        size = np.asarray(S).shape[1] + (verdict.network == "skip")
        W = np.zeros((2, size, plant.X.shape[1]))
        blocks = rl.Blocks(plant.X, S, verdict.network)
        index, coordinates = blocks.planted(plant)
        W[0, index] = blocks.to_weights(np.eye(size)[index].T @ coordinates)[index]
        forged = replace(forged, competitor=W if verdict.form == "exact" else W[0])
    return forged, S


def out_of_the_ball(verdict, plant, S, rng):
    """A dual vector that meets the planted equations and reaches 1.001 on another block."""
    if verdict.status != "recovered" or verdict.form == "exact":
        return None
    blocks = rl.Blocks(plant.X, S, verdict.network)
    index, _ = blocks.planted(plant)
    B = np.hstack([blocks.block(j) for j in index])
    U, s, _ = np.linalg.svd(B)
    free = U[:, (s > 1e-10 * s[0]).sum() :]
    if free.shape[1] == 0:
        return None
    z = free @ rng.standard_normal(free.shape[1])
    low, high = 0.0, 1.0
    others = np.delete(np.arange(blocks.size), index)
    if np.abs(blocks.adjoint(z)[others]).max(initial=0) < 1e-6:
        return None
    while blocks.norms(verdict.dual + high * z)[others].max() < 1.001:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if blocks.norms(verdict.dual + middle * z)[others].max() < 1.001:
            low = middle
        else:
            high = middle
    return replace(verdict, dual=verdict.dual + high * z), S


def wrong_masks(verdict, plant, S, rng):
    """One bit of a mask that the evidence uses is turned: of a planted neuron, or of a competitor's."""
    masks = np.asarray(S).copy()
    skip = int(verdict.network == "skip")
    if verdict.status == "recovered":
        if plant.kind == "linear":
            return None
        home = rl.Blocks(plant.X, S, verdict.network).planted(plant)[0][0] - skip
        masks[rng.integers(len(masks)), home] ^= True
        return verdict, masks
    W = verdict.competitor if verdict.competitor.ndim == 3 else verdict.competitor[None]
    outputs = np.abs((W[0] - W[-1] * (len(W) == 2))[skip:] @ plant.X.T)
    if outputs.max(initial=0) < 1e-6 * np.abs(plant.y).max():
        return None
    j, i = np.unravel_index(outputs.argmax(), outputs.shape)
    masks[i, j] ^= True
    return verdict, rl.Patterns(masks, S.gates)


def one_pattern_more(verdict, plant, S, rng):
    """A linear plant that is recovered is not, once the all-ones pattern is there."""
    if (verdict.status, plant.kind, verdict.form) != ("recovered", "linear", "gated"):
        return None
    return verdict, np.hstack([np.asarray(S), np.ones((len(plant.X), 1), dtype=bool)])


def wrong_multipliers(verdict, plant, S, rng):
    needed = verdict.multipliers
    if needed is None or len(needed.values) == 0:
        return None
    values = needed.values.copy()
    i = rng.integers(len(values))
    way = rng.integers(2 if verdict.network == "normalized" else 4)  # whose blocks have a second bound
    if way == 0:
        values[i, rng.integers(values.shape[1])] = -rng.uniform(1e-9, 1)
    elif way == 1:
        values[i, rng.integers(values.shape[1])] = np.nan
    elif way == 2:
        values[i] = 0  # nothing shortens this block
    else:
        values[i] = values[i] * 1e3 + np.abs(values).max()
    return replace(verdict, multipliers=needed._replace(values=values)), S


FORGERS = [
    scaled,
    one_number_off,
    not_finite,
    other_shape,
    other_status,
    out_of_the_ball,
    wrong_masks,
    one_pattern_more,
    wrong_multipliers,
]


def nearly_dependent(rng):
    """Two columns that differ by 1e-8 to 1e-14, and a dual vector that misses the equations by 6e-9 (W3)."""
    n, gap = 60, 10.0 ** -rng.uniform(9.5, 14)
    x, z = rng.choice([-1.0, 1.0], n), rng.choice([-1.0, 1.0], n)
    z = z - x * (x @ z) / n
    plant = rl.plant(np.stack([x, x + gap * z], axis=1), direction=np.sqrt(0.5) + np.array([0.0, 6e-9]))
    masks = rng.random((n, 50)) < 0.5
    dual = x / n * np.sqrt(0.5)
    return rl.Verdict("recovered", "dual", dual, None, 0.1, 0, "skip", "gated", masks, "forged"), plant, masks
