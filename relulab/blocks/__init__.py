"""The central object: the blocks A_j of a data matrix and its patterns, and what speaks to them directly.

`blocks` is the object, `nnls` and `cones` project onto the cones of its neurons, `neurons` are the networks
that its weights stand for, `conditions` are the isometry conditions: one dual vector, one bound on every
block.

>>> import numpy as np
>>> from relulab.blocks import Blocks
>>> Blocks(np.eye(2), [[True], [False]], network="plain").block(0)
array([[1., 0.],
       [0., 0.]])
"""

from .blocks import NETWORKS, Blocks
from .conditions import FORMS, Isometry, isometry
from .neurons import Network

__all__ = ["NETWORKS", "Blocks", "Network", "FORMS", "Isometry", "isometry"]
