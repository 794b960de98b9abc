"""The lower bound for networks with several outputs, and whether the cheapest gated one is the only one."""

import numpy as np

from ...programs.nuclear import spectra
from ...programs.solving import solve_several
from ..verdicts import Multipliers
from .mesh import Mesh

FINE = 1e-8  # gap of the solution whose uniqueness is asked


def several_bounds(blocks, fit, y, form, beta, cost, tol, intercept):
    """The best dual vector found, its bound, a solution (gated), multipliers (exact) and uniqueness."""
    dual, bound, solution, stored, unique = None, -np.inf, None, None, None
    if beta is not None:
        prices = y - fit
        prices = prices - prices.mean(axis=0) if intercept else prices
        dual, bound, stored = _shortened(blocks, prices, y, form, beta)
    if cost - bound > tol * cost:
        found = solve_several(blocks, y, beta, 0.1 * tol, intercept)
        other = _shortened(blocks, found.dual, y, form, beta)
        if other[1] > bound or dual is None:
            dual, bound, stored = other
        solution = found if form == "gated" else None
    if form == "gated" and beta is not None:
        unique = is_unique(solve_several(blocks, y, beta, FINE, intercept))
    return dual, bound, solution, stored, unique


def _shortened(blocks, lam, y, form, beta):
    """Prices as a dual vector, which is feasible on every block; its bound; the multipliers that show it."""
    ball = 1.0 if beta is None else beta
    gradients = np.moveaxis(blocks.adjoint(lam.T), 0, 2)
    reach = spectra(gradients).max(axis=1)
    stored = [], [], []
    if form == "exact":
        for j in blocks.skip + np.flatnonzero(reach[blocks.skip :] > ball):
            if blocks.factors is not None and not blocks.factors[j].any(axis=0).all():
                continue  # multipliers could pull outside the block's range
            mesh = Mesh(blocks.cone(j), gradients[j])
            if (shorter := mesh.reach(ball)) < reach[j]:
                reach[j] = shorter
                for v, (m, _) in mesh.found.items():
                    for part, value in zip(stored, (j, v, m), strict=True):
                        part.append(value)
    longest = ball / reach.max() if reach.any() else 1.0
    along, energy = float(np.sum(lam * y)), float(np.sum(lam**2))
    if beta is not None:
        longest = min(longest, max(along, 0.0) / energy if energy else 0.0)
    bound = longest * along - (0.0 if beta is None else 0.5 * longest**2 * energy)
    where, directions, values = map(np.array, stored)
    return lam * longest, bound, Multipliers(where, directions, values * longest) if len(where) else None


def is_unique(solution):
    """Whether the cheapest gated network is the only one: its V_j are; the neurons of a V_j are its own.

    A cheapest V_j is ``L H R^T`` with H >= 0, L and R the singular vectors of ``A_j^T dual`` that belong to
    the singular value beta. All cheapest ones have the same outputs; where the outputs of all the H are
    independent there is one only, where they are not and the H found have full rank there are more.
    """
    if not np.isfinite(solution.gap):
        return None
    blocks, beta, c = solution.plain_blocks, solution.beta, solution.outputs
    radius = np.sqrt(2 * max(solution.gap, 4 * np.finfo(float).eps) * solution.value)
    gradients, outputs, wrong, full = blocks.adjoint(solution.dual.T), [], 0.0, True
    for j, Q in enumerate(np.moveaxis(gradients, 0, 2)):
        A = blocks.block(j)
        size = 1.0 if blocks.factors is not None else float(np.linalg.norm(A, 2))
        left, sizes, right = np.linalg.svd(Q, full_matrices=False)
        may = int((sizes + size * radius >= beta).sum())
        if not may:
            continue
        below = sizes[may] if may < len(sizes) else 0.0
        wrong += size * size * radius / max(beta - below, np.finfo(float).tiny)
        for a in range(may):
            for b in range(a + 1):
                H = np.zeros((may, may))
                H[a, b] = H[b, a] = 1.0 if a == b else np.sqrt(0.5)
                outputs.append((A @ left[:, :may] @ H @ right[:may]).ravel())
        full &= int(solution.ranks[j]) == may
    if solution.intercept is not None:
        ones = np.full((len(solution.y), 1), len(solution.y) ** -0.5)
        outputs += [(ones * e).ravel() for e in np.eye(c)]
    if not outputs:
        return True
    spread = np.linalg.svd(np.stack(outputs, axis=1), compute_uv=False)
    if len(outputs) <= solution.y.size and spread[-1] > wrong:
        sees_all = blocks.factors is None or all(f.any(axis=0).all() for f in blocks.factors)
        return True if sees_all else None
    dependent = len(outputs) > solution.y.size or spread[-1] < 1e-9 * spread[0]
    return False if dependent and full else None
