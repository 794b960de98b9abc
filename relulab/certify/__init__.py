"""The decision: is the plant the unique solution of the minimal-norm program?

`verdicts` is what it says, `units` make a problem even. Many problems go `together`: `problems` and `stacks`
hold them, `minimax` searches. What they leave open goes `one_by_one`, with `search`, `admm`,
`interior_points` and `ties`; `proofs` verify what these find.
`multipliers` completes what the exact form proves. `sampled` asks both, `all_patterns` goes beyond a sample,
`exact_network` decides the ReLU network itself there, and `decision` is `decide` itself. `any_network` asks
the same of anybody's network with weight decay. `loading` reads what was saved.

>>> from relulab.certify import decide
>>> from relulab.data import instance
>>> decide(*instance(40, 10, trial=3, rng=7)).status
'recovered'
"""

from .any_network import NetworkCertificate, certify_network
from .decision import decide
from .loading import load
from .sampled import decide_many
from .verdicts import EVIDENCE, STATUSES, Verdict

__all__ = [
    "decide",
    "decide_many",
    "load",
    "NetworkCertificate",
    "certify_network",
    "EVIDENCE",
    "STATUSES",
    "Verdict",
]
