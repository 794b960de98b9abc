"""What two or more labs of Part V share: the table of claims that ends each of them, and a small picture.

A lab takes a paper's claims one by one. `Claims` holds them with what was measured and what must hold; a
claim that misses its interval is an error, so the page cannot be built with it. `Thumbnail` is the lab's
picture on the opening page.

>>> import relulab as rl
>>> claims = rl.labs.Claims("Halves")
>>> claims.add("A half is less than one.", "divide", 1 / 2, high=1)
>>> claims.settle().verdicts
['holds']
"""

from .claims import Claim, Claims, MissedClaim
from .thumbnail import Thumbnail

__all__ = ["Claim", "Claims", "MissedClaim", "Thumbnail"]
