"""Prove the verdicts of the shipped figures: `python -m benchmarks.prove 4a 6a`, or all of them.

Every figure is decided again as its command says, each verdict is proved on the spot, and what is proved is
written into the stored result. Its rates stay as they are: where another status comes out now, the proved one
is taken if the plant is recovered by neither, and otherwise the stored one is named as not proved. What is
finished is kept in figures/cells.
"""

import sys
import time
from pathlib import Path

from relulab.figures.archive import pack, save
from relulab.figures.list import FIGURES
from relulab.figures.results import FILE, RESULTS, open_figure, stored
from relulab.figures.runs import compute
from relulab.phase.pools import processes
from relulab.phase.proofs import carried

CELLS = Path("figures/cells")


def main(numbers):
    workers = None if len(numbers) == 1 else 1
    with processes(workers) as pool:
        for number in numbers or [name for name in stored() if FIGURES[name].decides]:
            ds, begun = open_figure(number), time.perf_counter()
            again = compute(
                number, ds.attrs["scale"], int(ds.attrs["rng"]), store=CELLS, executor=pool, prove=True
            )
            proved = carried(ds, again)
            save(pack(proved), RESULTS / FILE.format(number))
            seconds = time.perf_counter() - begun
            print(f"{number}: {proved.attrs['proofs']} ({seconds:.0f} s)", flush=True)
            print(proved.attrs.get("unproved", ""), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
