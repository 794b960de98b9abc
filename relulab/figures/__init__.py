"""The paper's figures: what each shows, how it is computed, what came out.

`list` names them, `whole` those over all patterns, `archive` stores a result, `results` opens it, `clusters`,
`trained` and `runs` compute it, `ground_truth` knows what holds over all patterns, `pictures` draws,
`agreement` compares with what is shipped, `crate` describes results for machines, `rerun` computes all again.

>>> from relulab import figures
>>> figures.open_figure("4a").attrs["network"]
'skip'
"""

from .agreement import compare
from .ground_truth import closed_form, truth
from .list import FIGURES
from .rerun import reproduce
from .results import ENDINGS, crossings, measured_edge, open_figure, stored
from .runs import compute
from .whole import WHOLE

__all__ = [
    "ENDINGS",
    "closed_form",
    "truth",
    "compare",
    "compute",
    "FIGURES",
    "crossings",
    "measured_edge",
    "open_figure",
    "reproduce",
    "stored",
    "WHOLE",
]
