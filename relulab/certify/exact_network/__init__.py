"""The ReLU network itself, over all patterns: decided, with proofs that need no list of patterns.

A dual vector l proves a linear plant the only solution if ``X^T l = w`` and ``|l^T (X u)_+| < ||u||`` for all
u. The largest left side is the Hausdorff distance of two zonotopes, those of the rows with l_i > 0 and with
l_i < 0, so that only the signs of one half of the rows have to be branched, and then those of the other.

`questions` says what a dual vector must show. `boxes` finds short points of zonotopes, `trees` proves how
far a dual vector reaches, `violators` where it reaches too far, `cuts` the next one that does not. `search`
is the loop; `proof` writes down what it proved, `networks` what costs less. `door` is `decide_exact`, which
the audit has to agree with.

>>> import relulab as rl
>>> from relulab.certify.exact_network import decide_exact
>>> plant = rl.plant(rl.draw("gaussian", 30, 20, rng=0), rng=1)
>>> decide_exact(plant).status
'recovered'
"""

from .door import decide_exact

__all__ = ["decide_exact"]
