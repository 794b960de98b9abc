"""How far anybody's network is from the cheapest one.

`reading` takes a network of whatever make, `uniqueness` asks whether the cheapest one is the only one,
`several` bounds networks of several outputs, with a `mesh` of directions for ReLU networks, `answers` holds
the answer and its file, `door` is `certify_network` itself.

>>> import relulab as rl
>>> X, y = [[1.0], [2.0], [-1.0]], [1.0, 2.0, 0.0]
>>> rl.certify_network(([[1.0]], [1.0]), X, y, "all", beta=0.1).status
'not-cheapest'
"""

from .answers import NetworkCertificate
from .door import certify_network

__all__ = ["NetworkCertificate", "certify_network"]
