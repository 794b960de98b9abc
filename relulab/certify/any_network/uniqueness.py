"""Whether the cheapest network over given patterns is the only one."""

import numpy as np

from ...blocks import cones

ALIKE = 1e-4  # neurons whose directions differ by less are one, in the question of uniqueness
CURVED = {"squares": 1.0, "logistic": 4.0}  # the least curvature of the dual objective


def is_unique(solution):
    """Whether a solution is the only one; see `NetworkCertificate`."""
    if not np.isfinite(solution.gap):
        return None
    blocks, beta = solution.blocks, solution.beta
    slack = max(solution.gap, 4 * np.finfo(float).eps) * solution.value
    radius = np.sqrt(2 * slack / CURVED[solution.loss])
    sizes = np.array([_size(blocks, j) for j in range(blocks.size)])
    gradients = blocks.adjoint(solution.dual)
    may = np.flatnonzero(np.linalg.norm(gradients, axis=1) + sizes * radius >= beta)
    outputs, errors, first = [], [], int(blocks.skip and 0 in may)  # a linear part is no neuron
    for j in may:
        coned = solution.form == "exact" and j >= blocks.skip
        for side in (1, -1) if coned else (1,):
            direction = cones.project(blocks.cone(j), side * gradients[j])[0] if coned else gradients[j]
            if np.linalg.norm(direction) + sizes[j] * radius >= beta:
                output, error = side * (blocks.block(j) @ direction) / beta, sizes[j] ** 2 * radius / beta
                if not coned or not any(_alike(output, other) for other in outputs[first:]):
                    outputs.append(output)
                    errors.append(error)
    on = np.argwhere(
        np.linalg.norm(solution.parts, axis=-1) > 1e-6 * np.linalg.norm(solution.parts, axis=-1).sum()
    )
    free = [] if solution.intercept is None else [np.full(len(solution.y), len(solution.y) ** -0.5)]
    if not outputs or _independent(outputs + free, np.linalg.norm(errors)):
        open_weights = any(_sees_less(blocks, j) for _, j in on)
        return (None if solution.form == "exact" else False) if open_weights else True
    if not len(on):
        return None
    used = []
    for side, j in on:
        output = (1 - 2 * side) * (blocks.block(j) @ solution.parts[side, j])
        output = output / np.linalg.norm(output)
        coned = solution.form == "exact" and j >= blocks.skip
        if not coned or not any(_alike(output, other) for other in used):
            used.append(output)
    return None if _independent(used + free, 1e-9) else False


def _alike(a, b):
    return np.linalg.norm(a - b) <= ALIKE * np.linalg.norm(a)


def _independent(vectors, least):
    vectors = np.stack(vectors, axis=1)
    spread = np.linalg.svd(vectors, compute_uv=False)
    return vectors.shape[1] <= len(vectors) and spread[-1] > least


def _sees_less(blocks, j):
    """Whether a normalized neuron's weights may change and its outputs, and so its cost, do not."""
    return blocks.factors is not None and not blocks.factors[j].any(axis=0).all()


def _size(blocks, j):
    return 1.0 if blocks.factors is not None else float(np.linalg.norm(blocks.block(j), 2))
