"""How far a dual vector reaches on every block: what must not be longer than beta.

Without cones that is ``||A_j^T lam||``. In the exact form it is the longer one of the projections of
``+-A_j^T lam`` onto the cone. Any multipliers ``a >= 0`` bound a projection, ``||A_j^T lam + C_j^T a||``, and
where some bring it below beta no more is asked; most blocks are done with so, all at once. The rest are
projected exactly.
"""

import numpy as np

from ..blocks import cones
from ..solvers.arrays import norms, to_numpy
from ..solvers.projections import Cones
from .fast import program_of
from .scaling import Scaled


class Reach:
    """Reaches on the blocks of one program, each call from the multipliers of the one before.

    Parameters
    ----------
    blocks : Blocks
        The blocks; without cones they may lie in any array namespace.
    form : {"gated", "exact"}
        Without or with the cones.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> from relulab.programs.reaching import Reach
    >>> blocks = rl.Blocks(np.eye(2), np.ones((2, 1), dtype=bool), network="plain")
    >>> [Reach(blocks, form)(np.array([3.0, -4.0]), 1.0).round(9).tolist() for form in ("gated", "exact")]
    [[5.0], [4.0]]
    """

    def __init__(self, blocks, form):
        self.blocks, self.exact, self.cones = blocks, form == "exact", None

    def __call__(self, dual, ball):
        """The reaches, shape (p + s,), of a dual vector (n,); below `ball` they are upper bounds."""
        gradients = to_numpy(self.blocks.adjoint(dual))
        lengths, s = norms(gradients), self.blocks.skip
        if not self.exact or (lengths[s:] <= ball).all():
            return lengths
        try:
            return np.minimum(lengths, self._together(dual, ball))
        except (np.linalg.LinAlgError, FloatingPointError):
            return self._one_by_one(gradients, lengths, ball)

    def _together(self, dual, ball):
        if self.blocks.factors is not None:
            raise np.linalg.LinAlgError("normalized blocks may have free directions")
        if self.cones is None:
            self.scaled = Scaled(self.blocks, np.ones(len(dual)), 1.0)
            program, _ = program_of(self.scaled, "exact")
            self.cones = Cones(program, np.zeros(program.cone.shape))
        s, program = self.blocks.skip, self.cones.program
        found = norms(self.cones.project(program.adjoint(dual * (self.scaled.size_of_x / ball)))) * ball
        positive, negative = found[: self.blocks.size], found[self.blocks.size :]
        return np.r_[positive[:s], np.maximum(positive[s:], negative)]

    def _one_by_one(self, gradients, lengths, ball):
        lengths = lengths.copy()
        for j in self.blocks.skip + np.flatnonzero(lengths[self.blocks.skip :] > ball):
            cone = self.blocks.cone(j)
            lengths[j] = max(norms(cones.project(cone, side * gradients[j])[0]) for side in (1, -1))
        return lengths
