"""Compressed sensing, the model for everything after it.

`l1_programs` are basis pursuit and the lasso, `certificates` prove a sparse vector the only solution,
`guarantees` promise it for all vectors of a sparsity.

>>> from relulab import sensing
>>> sensing.basis_pursuit([[1.0, 2.0]], [2.0]).x.round(6) + 0.0
array([0., 1.])
"""

from .certificates import Certificate, certificate
from .guarantees import coherence
from .l1_programs import Sparse, basis_pursuit, lasso, recovery_diagram, sparse_vector

__all__ = [
    "Sparse",
    "basis_pursuit",
    "lasso",
    "recovery_diagram",
    "sparse_vector",
    "Certificate",
    "certificate",
    "coherence",
]
