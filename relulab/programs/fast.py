"""The fast solver on the blocks: value, feasible primal point, feasible dual point, and their gap.

The exact form with beta is solved by the multipliers of `lagrangian`. For all else, and where they do not get
on, the path of `centralpath` leads to the solution, and a point near its end is made exact: blocks that the
program has switched off are set to zero, what the equations lack is given to the others without leaving the
cones, the dual vector is scaled into its ball. The gap between the two is always measured, never estimated.
"""

import functools
from dataclasses import replace

import numpy as np

from ..solvers.central_path import Path
from ..solvers.headstart import head_start
from ..solvers.lagrangian import rounds
from ..solvers.newton import Program, dot, norm
from ..solvers.whitening import whitened
from .infeasibility import PROOF, proves_infeasible
from .scaling import Scaled
from .solutions import Solution

INTERPOLATES = 1e-12  # what a minimal-norm solution may lack, ||fit - y|| over ||y||
IN_RANGE = 1e-9  # the same for labels that the blocks cannot reach
CLOSER = 0.1  # a last round of multipliers costs little and makes the gap this much smaller than it need be
STRETCH = 1e5  # units of a free coordinate that count as much there as one of the others
PULL = 1e-10  # what may pull at a free coordinate
SMALL = 1600  # numbers in X below which a program whose blocks have bases is not worth that method
DIVERGED = 1e10  # a lower bound that many times the cost of least squares is near a dual ray, if there is one
STALLED = 1e-6  # steps shorter than this lead nowhere
STEEP = 1e-3  # singular values of X farther apart lose digits when X is squared
STIFF = 1.0  # curvature of the blocks while they are mended; it keeps rounding out of the free directions
ROUNDING = 1e-13  # how far outside its cone rounding may put a row, ||y|| being 1
TINY = np.finfo(float).tiny


def solve_fast(
    blocks, y, form="gated", beta=None, tol=1e-6, max_iterations=100, start=None, free=None, multipliers=True
):
    """Solve the convex program of a network on its blocks; see `relulab.solve`.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    form : {"gated", "exact"}
        Without or with the cones.
    beta : float or None
        Weight of the regularizer; None is the minimal-norm program.
    tol : float
        Relative gap to reach.
    max_iterations : int
        Newton steps after which to give up; twice as many of the multipliers', which are short.
    start : tuple of ndarray, optional
        Block coordinates (2, p + s, d) and a dual vector (n,) near the solution, for programs with beta: the
        multipliers begin there, in the gated form too.
    free : ndarray, shape (n,), optional
        Something that is added to the fit, ``.intercept`` times and for nothing; with beta and a start only.
    multipliers : bool
        Whether the multipliers are tried before the path.

    Returns
    -------
    Solution
        Its weights are feasible (minimal-norm ones interpolate to 1e-12, exact ones are in their cones), so
        is its dual vector, and the gap is measured. Status ``"optimal"``; ``"optimal_inaccurate"`` where the
        gap is larger than `tol`; ``"infeasible"`` where a dual ray proves that nothing interpolates (see
        `infeasibility`); ``"undecided"`` where no feasible point was found or a value inside was not finite,
        with the reason and without an answer.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.programs.fast import solve_fast
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> blocks = rl.Blocks(X, rl.sample_patterns(X, rng=2), network="skip")
    >>> solution = solve_fast(blocks, rl.plant(X, rng=1).y, beta=1e-3)
    >>> solution.status, solution.gap < 1e-6
    ('optimal', True)
    """
    with threads().limit(limits=1), np.errstate(all="ignore"):
        try:
            return _solve(blocks, y, form, beta, tol, max_iterations, start, free, multipliers)
        except (FloatingPointError, np.linalg.LinAlgError) as error:
            return Solution.from_coordinates(blocks, y, form, beta, None, None, None, "undecided", str(error))


@functools.cache
def threads():
    import scipy.linalg  # noqa: F401, only a library that is loaded can be limited
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _solve(blocks, y, form, beta, tol, max_iterations, start, free, multipliers):
    if not all(np.isfinite(part).all() for part in (blocks.X, y, blocks.masks)):
        raise FloatingPointError("X, y or S holds values that are not finite")
    if silent := Solution.of_silence(blocks, y, form, beta):
        return silent
    scaled = Scaled(blocks, y, beta)
    program, (to_parts, to_blocks) = program_of(scaled, form)
    if start is not None:
        parts, dual = start
        start = to_blocks(parts / scaled.weight), dual * scaled.size_of_y / (scaled.weight * beta)
        program = replace(program, free=free)

    def answer(found, reason):
        if found is None or not np.isfinite(found.gap):
            return _without_answer(blocks, y, form, beta, f"no feasible point was found: {reason}")
        length = scaled.weight * (1.0 if beta is None else beta)
        dual = found.nu * (length / scaled.size_of_y) * scaled.rows
        status = "optimal" if found.gap <= tol else "optimal_inaccurate"
        value, parts = float(found.value * length), to_parts(found.u) * scaled.weight
        reason = "" if status == "optimal" else reason
        c = None if free is None else found.intercept * scaled.size_of_y
        rest = dual, parts, blocks, y, form, beta, None, "squares", c
        return Solution(value, found.gap, found.residual, status, reason, *rest)

    best, reason = None, ""
    if multipliers:
        best = _by_multipliers(program, blocks.skip, tol, 2 * max_iterations, start)
    if free is not None or (best is not None and best.gap <= tol):
        return answer(best, reason or "the multipliers do not get on")
    for attempt in _attempts(program, blocks.skip):
        found, reason, ray = _along_the_path(attempt, tol, max_iterations)
        if best is None or (found is not None and found.gap < best.gap):
            best = found
        if best is not None and best.gap <= tol:
            break
        if beta is None and ray is not None and proves_infeasible(blocks, y, form, _of_blocks(ray, scaled)):
            return Solution.from_coordinates(blocks, y, form, beta, None, None, None, "infeasible", PROOF)
    return answer(best, reason)


def _without_answer(blocks, y, form, beta, reason):
    return Solution.from_coordinates(blocks, y, form, beta, None, None, None, "undecided", reason)


def _attempts(program, skip):
    """The program as it is, unless squaring X would lose digits; and with its equations in better units."""
    sizes = np.linalg.svd(program.X, compute_uv=False)
    if sizes[-1] >= STEEP * sizes[0]:
        yield program
    if turned := whitened(program, skip):
        yield replace(program, whitening=turned)
    elif sizes[-1] < STEEP * sizes[0]:
        yield program


def _along_the_path(program, tol, max_iterations):
    """What the path leads to, why no further, and a point that may be near a dual ray (or None)."""
    try:
        path = Path(program)
    except (FloatingPointError, np.linalg.LinAlgError) as error:
        return None, f"the Newton system is too ill-conditioned: {error}", None
    missing = norm(program.y - program.apply(path.point.u))
    out_of_range = program.beta == 0 and missing > IN_RANGE
    if out_of_range and program.whitening is None:
        return None, "least squares does not reach the labels", path.point
    least_squares, reason = path.primal, f"the gap is larger than {tol:g} after {max_iterations} steps"
    ray = path.point if out_of_range else None
    for _ in range(max_iterations):
        if abs(path.gap) <= tol and (found := _nearby(path, tol)).gap <= tol:
            return found, "", None
        if program.beta == 0 and path.dual > DIVERGED * least_squares:
            reason = "a dual vector bounds the value by more than 1e10 times the cost of least squares"
            return _nearby(path, tol), reason, path.point
        try:
            length_of_step = path.step()
        except (FloatingPointError, np.linalg.LinAlgError) as error:
            reason = f"the Newton system is too ill-conditioned to go on: {error}"
            break
        if length_of_step < STALLED:
            reason = "the steps have become too short to go on"
            break
    try:
        return _nearby(path, tol), reason, ray or path.point
    except (FloatingPointError, np.linalg.LinAlgError) as error:
        return None, f"the Newton system is too ill-conditioned to go on: {error}", ray or path.point


def _of_blocks(point, scaled):
    """A point's dual vector and multipliers for the data as given, those of positive and negative parts."""
    if point.a is None:
        return None
    skip = scaled.blocks.skip
    return point.nu * scaled.rows, np.reshape(point.a[skip:], (2, -1, len(point.nu))) * scaled.rows


def _by_multipliers(program, skip, tol, most, start=None):
    """What the method of multipliers finds; None where it does not apply or does not get on.

    There a free coordinate counts a little. The point is measured as one of the program as it is.
    """
    own_bases = program.bases is not None
    applies = program.free is not None or not (own_bases and program.X.size < SMALL)
    if (program.cone is None and start is None) or program.beta == 0 or not applies:
        return None
    stretch, found = np.where(program.counts > 0, 1.0, STRETCH), None
    near = replace(program, bases=program.bases * stretch[:, None]) if own_bases else program
    try:
        enough = CLOSER * tol if start is None else tol
        if start is None:
            start = head_start(near, skip)
        else:
            start = (
                start[0] / stretch,
                start[1],
                None if program.cone is None else np.zeros(program.cone.shape),
            )
        for u, nu, a in rounds(near, start, most):
            if a is not None and np.any(np.abs(program.gradients(nu, a) * (1 - program.counts)) > PULL):
                continue
            new = Candidate(program, u * stretch, nu, a)
            settled = new.gap <= enough or (found and found.gap <= min(tol, 2 * new.gap))
            found = new if found is None or new.gap < found.gap else found
            if settled:
                break
    except (FloatingPointError, np.linalg.LinAlgError, ValueError):
        return found
    return found


class Candidate:
    """A primal point and a feasible dual point, with the gap between them; infinite if infeasible.

    `nu` fills its ball or, with beta, bounds the value best.
    """

    def __init__(self, program, u, nu, a):
        gradients = program.gradients(nu, a)
        free = gradients * (1 - program.counts)
        largest, along, energy = np.max(norm(gradients * program.counts)), nu @ program.y, nu @ nu
        scale = 1 / max(largest, TINY)
        if program.beta > 0:
            scale = min(scale, max(along, 0.0) / max(program.beta * energy, TINY))
        error = program.y - program.apply(u)
        self.intercept = 0.0
        if program.free is not None:
            self.intercept = float(program.free @ error / (program.free @ program.free))
            error = error - self.intercept * program.free
        self.u, self.nu, self.residual = u * program.counts, nu * scale, float(norm(error))
        self.value = float(np.sum(norm(self.u)))
        bound = scale * (along - np.sum(np.abs(dot(free, u)))) - scale**2 * program.beta / 2 * energy
        feasible = program.cone is None or np.min(program.cone * program.outputs(u)) >= -ROUNDING
        if program.beta > 0:
            self.value += float(error @ error) / (2 * program.beta)
        else:
            feasible = feasible and self.residual <= INTERPOLATES
        self.gap = (self.value - float(bound)) / max(self.value, TINY) if feasible else np.inf


def _nearby(path, tol):
    """The feasible point next to the path: without the blocks that are off if that is good enough."""
    on = norm(path.u) > path.primal * (1 - norm(path.g))
    possible = on.any() or path.program.beta > 0
    if possible and (sparse := _mended(path, 1.0 * on)).gap <= tol:
        return sparse
    return _mended(path, np.ones(len(on)))


def _mended(path, keep):
    """Give what the equations lack to the blocks that are kept, in the metric that respects their cones."""
    program, point = path.program, path.point
    metric, _, ratio = path.metric(STIFF)
    solve, u = metric.solver(keep), point.u
    if program.cone is not None:
        u = u + metric.solve(program.pull(program.cone * (ratio * path.outside)))
    u = u * keep[:, None]
    for _ in range(3):
        missing = program.y - program.apply(u) - program.beta * point.nu
        u = u + metric.solve(program.adjoint(solve(missing))) * keep[:, None]
    return Candidate(program, u, point.nu, point.a)


def program_of(scaled, form):
    """The blocks on the row space of X, and the ways from its coordinates and to them."""
    blocks = scaled.blocks
    X, right = _row_space(blocks.X)
    rank = X.shape[1]
    J, s = blocks.size, blocks.skip
    outer, cone, bases, counts = blocks.masks.T, None, None, np.ones((J, rank))
    if blocks.factors is not None:
        bases, counts = _bases(np.matmul(right, blocks.factors), form)
    if form == "exact":
        cone = np.where(X.any(axis=1), 2 * outer - 1, 0.0)
        cone[:s] = 0
        outer, cone, counts = (
            _with_negative(a, s, sign) for a, sign in ((outer, -1), (cone, 1), (counts, 1))
        )
        bases = None if bases is None else _with_negative(bases, s, 1)

    def to_blocks(parts):
        u = np.concatenate([parts[0], parts[1, s:]])[: len(outer)]
        return u @ right.T if bases is None else u[:, :rank]

    def to_parts(u):
        parts = np.zeros((2, J, blocks.X.shape[1]))
        u = u @ right if bases is None else np.pad(u, ((0, 0), (0, blocks.X.shape[1] - rank)))
        parts[0], parts[1, s : s + len(u) - J] = u[:J], u[J:]
        return parts

    beta = 0.0 if scaled.beta is None else float(scaled.beta)
    return Program(X, scaled.y, beta, np.ascontiguousarray(outer), cone, bases, counts), (to_parts, to_blocks)


def _row_space(X):
    """X in coordinates of its row space, and their axes; X itself where its columns are independent."""
    lengths = np.abs(X).max(axis=0)
    if lengths.all() and np.linalg.matrix_rank(X / lengths) == X.shape[1]:
        return X, np.eye(X.shape[1])
    left, size, right = np.linalg.svd(X, full_matrices=False)
    rank = max(1, int(np.sum(size > size[0] * max(X.shape) * np.finfo(float).eps)))
    return left[:, :rank] * size[:rank], right[:rank]


def _with_negative(array, skip, sign):
    return np.concatenate([array, sign * array[skip:]])


def _bases(factors, form):
    """Right factors of normalized blocks; in the exact form completed by their null space, which is free."""
    r = factors.shape[1]
    bases, counts = factors[:, :, :r].copy(), np.ones((len(factors), r))
    for j, factor in enumerate(factors):
        rank = int(factor.any(axis=0).sum())
        if form == "exact" and rank < r:
            bases[j, :, rank:] = np.linalg.svd(factor[:, :rank].T)[2][rank:].T
            counts[j, rank:] = 0
    return bases, counts
