"""How a solution of a convex program becomes a network."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..blocks import cones
from ..blocks.neurons import NEGLIGIBLE, TINY, network_of
from ..patterns.sampling import gates_of
from ..solvers.arrays import norms

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..blocks.blocks import Blocks
    from ..blocks.neurons import Network


class AsNetwork:
    """What `Solution` does as a network; its attributes are described there."""

    parts: np.ndarray
    blocks: Blocks
    y: np.ndarray
    form: str
    given_gates: np.ndarray | None
    intercept: float | None

    @property
    def fit(self) -> np.ndarray:
        """The outputs on the training data, shape (n,)."""
        return self.blocks.apply(self.parts[0] - self.parts[1]) + (self.intercept or 0.0)

    @cached_property
    def gates(self):
        """Gates that realize the patterns, shape (d, p); by linear programming where none were given."""
        if self.given_gates is not None:
            return self.given_gates
        return gates_of(self.blocks.X, self.blocks.masks[:, self.blocks.skip :] > 0)

    @cached_property
    def violation(self) -> float:
        """How far the neurons are outside their cones, as a share of ``||y||``; 0 for gated networks.

        It is the distance between the outputs of the ReLU network and the fit.
        """
        if self.form == "gated":
            return 0.0
        outputs = self.to_network(negligible=0).predict(self.blocks.X)
        return float(np.linalg.norm(outputs - self.fit) / max(np.linalg.norm(self.y), TINY))

    def to_network(self, negligible: float = NEGLIGIBLE) -> Network:
        """The network that costs what the solution costs and gives its fit; a gated one stays gated.

        A neuron u of a plain or skip network becomes the pair ``u / sqrt||u||, +-sqrt||u||``; a normalized
        one with block coordinates a has the first weights ``(R a + z) / ||a||``, where the null-space part z
        (exact form only) closes the neuron on the rows off its pattern, and ``scale = |second| = sqrt||a||``.

        Parameters
        ----------
        negligible : float
            Neurons whose norm is at most this share of the norm sum are left out.

        Returns
        -------
        Network
            Plain arrays.

        Raises
        ------
        ValueError
            Where the program has no solution, or a gated pattern has no gate.

        Examples
        --------
        >>> import numpy as np
        >>> import relulab as rl
        >>> X = rl.draw("gaussian", 30, 5, rng=0)
        >>> plant, S = rl.plant(X, rng=1), rl.sample_patterns(X, rng=2)
        >>> network = rl.solve(X, plant.y, S).to_network(negligible=1e-6)
        >>> network.m, round(network.cost, 6), bool(np.allclose(network(X), plant.y, atol=1e-6))
        (0, 1.0, True)
        """
        self.require()
        gates = self.gates if self.form == "gated" else None
        return self._completed(network_of(self.blocks, self.parts, gates, negligible))

    def to_relu(self, negligible: float = NEGLIGIBLE) -> Network:
        """A ReLU network with the same outputs on the training data.

        Each gated neuron w is written a - b with a and b in its cone and ``||a|| + ||b||`` as small as can be
        (a second-order cone program a neuron). For the normalized network a neuron costs the norm of its
        output, which is the norm of its block coordinates, so that the same program decomposes these, with
        the null-space parts free. The network's `.cost`, larger than the gated one, is an upper bound for the
        exact program. An exact solution is a ReLU network already.

        Parameters
        ----------
        negligible : float
            Neurons whose norm is at most this share of the norm sum are left out.

        Returns
        -------
        Network
            Without gates.

        Raises
        ------
        ValueError
            Where the program has no solution, or a pattern is not realizable.

        Examples
        --------
        >>> import relulab as rl
        >>> X = rl.draw("gaussian", 12, 3, rng=0)
        >>> plant, S = rl.plant(X, sigma=0.3, rng=1), rl.sample_patterns(X, rng=2)
        >>> solution = rl.solve(X, plant.y, S, network="plain")
        >>> solution.to_relu().cost > solution.value
        True
        """
        if self.form == "exact":
            return self.to_network(negligible)
        self.require()
        parts = np.zeros_like(self.parts)
        parts[0, : self.blocks.skip] = self.parts[0, : self.blocks.skip]
        sizes = norms(self.parts[0])
        for j in range(self.blocks.skip, self.blocks.size):
            if sizes[j] > negligible * sizes.sum():
                parts[:, j] = cones.decompose(self.blocks.cone(j), self.parts[0, j])
        return self._completed(network_of(self.blocks, parts, negligible=0))

    def _completed(self, network):
        return network if self.intercept is None else replace(network, intercept=self.intercept)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The network's outputs on new data: gated by its gates, or ReLU for the exact form.

        Parameters
        ----------
        X : array_like, shape (m, d)
            New data.

        Returns
        -------
        ndarray, shape (m,)
            The outputs; normalized neurons are divided by their norm on the training data.
        """
        return self._predictor.predict(X)

    @cached_property
    def _predictor(self):
        return self.to_network()

    def require(self) -> None:
        """Go on only where the program has a solution.

        Raises
        ------
        ValueError
            Where it has none; the message gives its status.
        """
        if not np.isfinite(self.parts).all():
            raise ValueError(f"the program has no solution (status {self.status!r}), so no network")
