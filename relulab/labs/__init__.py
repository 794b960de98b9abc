"""What two or more labs of Part V share: the table of claims that ends each of them, and a small picture.

`claims` holds a paper's claims with what was measured and what must hold; one that misses its interval is an
error, so no page can be built with it. `thumbnail` is a lab's picture on the page that opens the part.

>>> import relulab as rl
>>> claims = rl.labs.Claims("Halves")
>>> claims.add("A half is less than one.", "divide", 1 / 2, high=1)
>>> claims.settle().verdicts
['holds']
"""

from .claims import Claim, Claims, MissedClaim
from .thumbnail import Thumbnail

__all__ = ["Claim", "Claims", "MissedClaim", "Thumbnail"]
