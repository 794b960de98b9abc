"""Programs with beta by the method of multipliers, its steps by Newton's method on the projections.

With beta the program asks for a nu whose blocks ``u_j = prox(v_j + sigma A_j^T nu)`` fit the labels up to
``beta nu``, where prox projects onto the cone and then shortens by sigma, and v is the u of the round before.
The u_j are in their cones in every round; the blocks A_j^T nu leave their balls by ``||u_j - v_j|| / sigma``.
Only blocks that are on bend the function that Newton's method minimizes, and only along the faces of their
cones, so that a step costs a fraction of one of `centralpath`; see Li, Sun and Toh, "A highly efficient
semismooth Newton augmented Lagrangian method for solving Lasso problems" (2018).
"""

from typing import NamedTuple

import numpy as np
import scipy
from scipy.linalg.blas import dsyrk

from .newton import dot, norm
from .projections import Cones

FIRST = 2.0  # sigma of the first round, relative to the norms of the start over the root of their number
GROWTH = ((2, 6.0), (4, 3.0))  # Newton steps of a round and what sigma grows by if it took no more
SLOW_GROWTH = 1.5
INNER = 0.1  # how well a round fits the labels, relative to how far its blocks have moved
COARSE, FINE = 1e-2, 1e-11  # bounds of the same
REACH = 0.7  # how far a Newton step may move a point whose ball has radius 1
DAMPING = (1e-9, 1e9)  # least and most of what is added to the curvature, over its mean
SLOPE = 1e-4  # share of the slope that a step must realize
MOST = 60  # Newton steps of a round
HALVINGS = 20
STILL = 1e-13  # blocks that move no more than that are where rounding lets them be


class Place(NamedTuple):
    """What a nu gives: the function, its gradient, the u_j, their directions and how much of them is kept."""

    value: float
    gradient: np.ndarray
    u: np.ndarray
    directions: np.ndarray
    shares: np.ndarray


def rounds(program, start, most):
    """The points ``(u, nu, a)`` that the method passes; it ends where it does not get on.

    Parameters
    ----------
    program : Program
        With beta. All coordinates count: free ones should be so long that it is next to nothing.
    start : tuple of ndarray
        Such a point, however wrong.
    most : int
        Newton steps after which to give up.

    Yields
    ------
    tuple of ndarray
        u in the cones, a dual vector nu, and multipliers a.
    """
    u, nu, a = start  # the projections keep their multipliers in a
    search, steps = Search(program, NoCones(program) if program.cone is None else Cones(program, a)), 0
    sigma = FIRST * (np.sum(norm(u)) or 1.0) / np.sqrt(len(u))
    moved = 1.0
    while steps < most:
        fit = np.clip(INNER * moved * sigma, FINE, COARSE)
        nu, place, taken = search.minimize(nu, u, sigma, fit)
        if taken == MOST or moved < STILL or not np.isfinite(place.value):
            return
        moved = np.max(norm(place.u - u)) / sigma
        u, steps = search.cones.on_faces(place.u, np.flatnonzero(place.shares)), steps + taken
        yield u, nu, search.cones.bounding(nu)
        sigma *= next((growth for bound, growth in GROWTH if taken <= bound), SLOW_GROWTH)


class NoCones:
    """What `Cones` is where there are none."""

    def __init__(self, program):
        self.program, self.has_cone = program, np.zeros(len(program.outer), dtype=bool)

    def project(self, g):
        return g

    def outputs(self, u, on):
        weights = (
            u if self.program.bases is None else np.matmul(self.program.bases[on], u[:, :, None])[:, :, 0]
        )
        return weights @ self.program.X.T

    def on_faces(self, u, on):
        return u

    def bounding(self, nu):
        return None


class Search:
    """Newton's method on the function of a round."""

    def __init__(self, program, cones):
        self.program, self.cones, self.damping = program, cones, DAMPING[0]

    def minimize(self, nu, v, sigma, fit):
        """The nu whose blocks fit the labels, what it gives, and the steps it took."""
        place, taken = self._look(nu, v, sigma), 0
        while norm(place.gradient) > fit and taken < MOST:
            step = self._step(place, sigma)
            slope, length = dot(place.gradient, step), 1.0
            for _ in range(HALVINGS):
                new = self._look(nu + length * step, v, sigma)
                if new.value <= place.value + SLOPE * length * slope or -slope < np.finfo(float).eps:
                    break
                length *= np.clip(slope / (slope - dot(new.gradient, step)), 0.1, 0.7)
            nu, place, taken = nu + length * step, new, taken + 1
        return nu, place, taken

    def _look(self, nu, v, sigma):
        program = self.program
        found = self.cones.project(v / sigma + program.adjoint(nu))
        lengths = norm(found)
        shares = np.where(lengths > 1, 1 - 1 / np.maximum(lengths, 1), 0.0)
        u = sigma * shares[:, None] * found
        on = np.flatnonzero(shares)
        fitted = np.sum(program.outer[on] * self.cones.outputs(u[on], on), axis=0)
        value = program.beta / 2 * dot(nu, nu) - dot(program.y, nu) + np.sum(u * u) / (2 * sigma)
        directions = found / np.maximum(lengths, 1)[:, None]
        gradient = program.beta * nu - program.y + fitted
        if program.free is not None:
            gradient -= program.free * (dot(program.free, gradient) / dot(program.free, program.free))
        return Place(value, gradient, u, directions, shares)

    def _step(self, place, sigma):
        """The Newton step, damped so far that it does not throw the blocks about."""
        curvature = self._curvature(place, sigma)
        mean = np.trace(curvature) / len(curvature)
        self.damping = max(self.damping / 100, DAMPING[0])
        while self.damping <= DAMPING[1]:
            damped = curvature + self.damping * mean * np.eye(len(curvature))
            factor = scipy.linalg.cho_factor(damped, lower=True, overwrite_a=True)
            step = -scipy.linalg.cho_solve(factor, place.gradient)
            if (free := self.program.free) is not None:
                level = scipy.linalg.cho_solve(factor, free)
                step -= level * (dot(free, step) / dot(free, level))
            if np.max(norm(self.program.adjoint(step))) <= REACH:
                return step
            self.damping *= 10
        raise np.linalg.LinAlgError("no Newton step is short enough")

    def _curvature(self, place, sigma):
        """The second derivative: along the faces a block keeps its share, along its direction all of it."""
        program, cones, widths, weights = self.program, self.cones, [], []
        on = np.flatnonzero(place.shares)
        if program.cone is None and program.bases is None:
            return self._plain_curvature(place, sigma, on)
        for j in on:
            share, basis = place.shares[j], np.eye(program.X.shape[1])
            if cones.has_cone[j]:
                basis = cones.face(j)
            weights.append(np.sqrt(share) * basis)
            weights.append(np.sqrt(1 - share) * place.directions[j][:, None])
            if program.bases is not None:
                weights[-2:] = [program.bases[j] @ w for w in weights[-2:]]
            widths.append(basis.shape[1] + 1)
        curvature = program.beta * np.eye(len(program.y))
        if len(on):
            moves = program.X @ np.concatenate(weights, axis=1)
            moves *= np.repeat(program.outer[on], widths, axis=0).T
            curvature += dsyrk(sigma, moves.T, trans=1, lower=1)
        return curvature

    def _plain_curvature(self, place, sigma, on):
        """The same without cones and bases: the shares make a Hadamard product, directions a dyad each."""
        program = self.program
        curvature = np.zeros((len(program.y), len(program.y)))
        if len(on):
            outer, share = program.outer[on], place.shares[on, None]
            along = outer * (place.directions[on] @ program.X.T)
            curvature += (program.X @ program.X.T) * ((outer * (sigma * share)).T @ outer)
            curvature += dsyrk(sigma, np.sqrt(1 - share) * along, trans=1, lower=1)
        curvature.flat[:: len(curvature) + 1] += program.beta
        return curvature
