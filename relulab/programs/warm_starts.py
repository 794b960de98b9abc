"""Programs with beta from a start: a working set of blocks that grows, with a gap over all blocks.

A solution uses few blocks, and next to it lies one that uses nearly the same. So the program is solved over
the blocks that the start uses; the prices of the rows there tell which others could lower the
objective, and these join. Without cones the few blocks are solved by `group_newton`, with cones by `fast`. A
loss other than squares is met by Newton's method: each of its models is a program of squares whose rows are
weighted. Whatever is found, its gap to a dual vector that is feasible on every block is measured.

Without cones the products with all blocks and the Newton systems of the few are computed in any namespace of
the Python array API, so on a GPU: there X and the masks lie on it, and only vectors travel.
"""

from typing import NamedTuple

import numpy as np
from array_api_compat import array_namespace

from ..solvers.arrays import to_numpy
from ..solvers.group_newton import group_minimum
from .fast import solve_fast, threads
from .free_levels import solve_at_best_level
from .losses import LOSSES
from .reaching import Reach
from .scaling import Scaled
from .solutions import Solution

FIRST = 10  # blocks that join at least
COLUMNS = 0.7  # per row, of the blocks in use: with more the systems in the rows are the smaller ones
MODELS = 50  # Newton steps on a loss
MOST = 100  # Newton steps of each of its models
FLAT = 1e-8  # rows that bend the loss less, relative to the most, are taken to bend that much
EXACT = 1e-13  # the finest precision that is asked for
SETTLED = 1e-4  # a gap above which nothing was found that could be gone on from


class Start(NamedTuple):
    """Block coordinates (2, p + s, d) and intercept, for data (and labels that are numbers) of norm 1."""

    parts: np.ndarray
    intercept: float


def solve_from(
    blocks,
    y,
    form,
    beta,
    tol=1e-6,
    loss="squares",
    free=False,
    start=None,
    max_iterations=MOST,
    xp=np,
    device=None,
):
    """Solve a program with beta, from the solution of a similar one.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    y : ndarray, shape (n,)
        The labels.
    form : {"gated", "exact"}
        Without or with the cones.
    beta : float
        Weight of the regularizer.
    tol : float
        Relative gap to reach.
    loss : {"squares", "logistic"}
        What the fit costs.
    free : bool or int
        Whether an intercept is added that costs nothing; with several outputs, whose rows take turns, how
        many.
    start : Start, optional
        What a call for another beta returned; by default the zero network.
    max_iterations : int
        Newton steps after which a program over a working set is given up.
    xp : module
        The array namespace to compute in without cones: NumPy, or one of array-api-compat.
    device : object, optional
        A device of that namespace.

    Returns
    -------
    solution : Solution
        With the measured gap; ``"optimal_inaccurate"`` where it is above `tol`.
    start : Start
        For the next call with the same data, labels and program.

    Examples
    --------
    >>> import relulab as rl
    >>> from relulab.programs.warm_starts import solve_from
    >>> X = rl.draw("gaussian", 60, 10, rng=0)
    >>> plant, S = rl.plant(X, sigma=0.3, rng=1), rl.sample_patterns(X, rng=2)
    >>> blocks, start = rl.Blocks(X, S), None
    >>> for beta in (0.3, 0.1):
    ...     solution, start = solve_from(blocks, plant.y, "gated", beta, start=start)
    >>> solution.status, solution.gap < 1e-6
    ('optimal', True)
    """
    with threads().limit(limits=1), np.errstate(over="ignore", under="ignore"):
        return _solve(blocks, y, form, beta, tol, loss, free, start, max_iterations, xp, device)


def _solve(blocks, y, form, beta, tol, loss, free, start, most, xp, device):
    scaled = Scaled(blocks, y, beta, labels_too=loss == "squares")
    program = _Program(scaled, form, LOSSES[loss], free, most, xp, device)
    start = program.silence() if start is None else start
    solved = False
    working, precision = start.parts.any(axis=(0, 2)), 0.3 * tol
    working[: blocks.skip] = True  # that it comes first is what tells it apart
    found = program.measured(start.parts, start.intercept, None)
    while found.gap > tol:
        outside = np.flatnonzero((found.reach > 1) & ~working)
        if outside.size:
            many = max(FIRST, int(working.sum()) // 2)
            working[outside[np.argsort(-found.reach[outside])][:many]] = True
        elif solved:
            if precision <= EXACT:
                break
            precision = max(0.01 * precision, EXACT)
        found = program.measured(*program.solved(working, found, precision))
        solved = True
    return _answer(blocks, y, form, beta, tol, loss, free, scaled, found)


def _answer(blocks, y, form, beta, tol, loss, free, scaled, found):
    """The solution of the program as it was given, and where the next one starts."""
    length = scaled.size_of_y**2
    status = "optimal" if found.gap <= tol else "optimal_inaccurate"
    reason = "" if status == "optimal" else f"the gap is {found.gap:.1e}"
    intercept = found.intercept * scaled.size_of_y if free else None
    residual = float(
        np.linalg.norm(found.fit - scaled.y) / max(np.linalg.norm(scaled.y), np.finfo(float).tiny)
    )
    solution = Solution(
        found.value * length,
        found.gap,
        residual,
        status,
        reason,
        found.dual * scaled.size_of_y,
        found.parts * scaled.weight,
        blocks,
        y,
        form,
        beta,
        loss=loss,
        intercept=intercept,
    )
    return solution, Start(found.parts, found.intercept)


class _Measured(NamedTuple):
    parts: np.ndarray
    intercept: float
    fit: np.ndarray
    value: float
    dual: np.ndarray
    reach: np.ndarray
    gap: float


class _Program:
    """A program at unit scale."""

    def __init__(self, scaled, form, loss, free, most, xp, device):
        self.blocks, self.y, self.beta = scaled.blocks, scaled.y, float(scaled.beta)
        self.form, self.loss, self.free, self.most = form, loss, free, most
        self.there = self.blocks.on(xp, device) if form == "gated" else self.blocks
        self.reach = Reach(self.there, form)

    def silence(self):
        """The zero network, with the intercept that is best for it."""
        parts, nothing = np.zeros((2, self.blocks.size, self.blocks.X.shape[1])), np.zeros(len(self.y))
        c = self.loss.intercept(nothing, self.y, int(self.free)) if self.free else 0.0
        return Start(parts, c)

    def level(self, c):
        """What the intercept adds to the fit: one number, or the outputs' in turns."""
        return c if np.ndim(c) == 0 else np.tile(c, len(self.y) // len(c))

    def fit(self, parts, c, working=None):
        """What the network gives on the rows; with `working` its parts are those of these blocks."""
        on = parts.any(axis=(0, 2))
        places = np.flatnonzero(on if working is None else working)
        used = self.there.only(places if working is None else places[on])
        return to_numpy(used.apply(parts[0, on] - parts[1, on])) + self.level(c)

    def measured(self, parts, c, lam):
        """A point with its value, a dual vector that is feasible on every block, and their gap."""
        fit = self.fit(parts, c)
        lam = self.loss.prices(fit, self.y, self.free) if lam is None else lam
        value = self.loss.value(fit, self.y) + self.beta * np.linalg.norm(parts, axis=-1).sum()
        reach = self.reach(lam, self.beta) / self.beta
        largest = reach.max()
        lam = lam * self.loss.best_multiple(lam, self.y, 1 / largest if largest > 0 else np.inf)
        gap = abs(value - self.loss.bound(lam, self.y)) / max(value, np.finfo(float).tiny)
        if value <= len(fit) * np.finfo(float).eps ** 2 and not parts.any():
            gap = 0.0  # the labels are one constant, up to its rounding
        return _Measured(parts, c, fit, value, lam, reach, float(gap))

    def solved(self, working, found, precision):
        """The program over some blocks: all parts, the intercept, a dual vector (None: the prices)."""
        own, c, lam = found.parts[:, working], found.intercept, None
        squares, fit = self.loss.name == "squares", found.fit
        for _ in range(1 if squares else min(MODELS, self.most)):
            bend = self.loss.curvature(fit, self.y)
            bend = np.maximum(bend, FLAT * bend.max())
            new, new_c, lam = self._of_squares(working, own, c, fit, bend, found.dual, precision)
            if squares:
                own, c = new, new_c
                break
            new_fit = self.fit(new, new_c, working)
            own, c, fell = self._toward(own, c, fit, new, new_c, new_fit)
            lam = None
            fit = self.fit(own, c, working)
            if fell <= precision:  # what is left falls by the square of that
                break
        whole = np.zeros_like(found.parts)
        whole[:, working] = own
        return whole, c, lam

    def _of_squares(self, working, parts, c, fit, bend, dual, precision):
        """The model ``1/2 sum_i bend_i (fit_i + price_i / bend_i - new_i)^2 + beta cost`` at its minimum."""
        price = self.loss.price(fit, self.y)
        m, r = parts.shape[1:]
        if self.form == "exact" or (m * r > COLUMNS * len(self.y) and self.free <= 1):
            root, blocks = np.sqrt(bend), self.blocks.only(working)
            blocks.X = blocks.X * root[:, None]
            labels, start = root * fit + price / root, (parts, dual / root)
            free = root if self.free else None
            found = solve_fast(blocks, labels, self.form, self.beta, precision, self.most, start, free)
            if self.free and not found.gap <= max(precision, SETTLED):
                found = solve_at_best_level(blocks, labels, self.form, self.beta, precision, root) or found
            if not np.isfinite(found.gap):
                return parts, c, None
            return found.parts, found.intercept or 0.0, found.dual if self.loss.name == "squares" else None
        A = self.there.only(working).columns()
        xp = array_namespace(A)

        def put(array):
            return xp.asarray(array, device=A.device)

        even = self.loss.name == "squares"  # and A^T A is half the work
        weighted, target = A if even else A * put(bend)[:, None], bend * fit + price
        G, b = xp.matrix_transpose(weighted) @ A, xp.matrix_transpose(A) @ put(target)
        if self.free:
            outputs = int(self.free)
            a = to_numpy(xp.sum(xp.reshape(weighted, (-1, outputs, m * r)), axis=0))
            total = bend.reshape(-1, outputs).sum(axis=0)
            level = target.reshape(-1, outputs).sum(axis=0) / total
            G, b = G - put(a.T / total) @ put(a), b - put(level @ a)
        w, _ = group_minimum(G, b, r, self.beta, put(parts[0].ravel()), precision, 4 * self.most)
        w = to_numpy(w)
        if self.free:
            c = level - a @ w / total
            c = float(c[0]) if len(c) == 1 else c
        return np.stack([w.reshape(m, r), np.zeros((m, r))]), c, None

    def _toward(self, parts, c, fit, new, new_c, new_fit):
        """As far toward a model's minimum as the objective falls, by what share; the best intercept."""

        def objective(fit, parts):
            return self.loss.value(fit, self.y) + self.beta * np.linalg.norm(parts, axis=-1).sum()

        before, length = objective(fit, parts), 1.0
        for _ in range(20):
            there = fit + length * (new_fit - fit)
            shift = self.loss.intercept(there, self.y) if self.free else 0.0
            moved = parts + length * (new - parts)
            if (after := objective(there + shift, moved)) < before:
                return moved, c + length * (new_c - c) + shift, (before - after) / before
            length /= 2
        return parts, c, 0.0
