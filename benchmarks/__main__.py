"""Run the benchmarks, print their rows, and write them to _build/bench.json.

python -m benchmarks [figures] [sweep] [solve] [path] [all_patterns] [exact_network] [training] [spectra]
    [lab_peers] [widgets]

Widgets opens the built book's pages in a browser. Figures takes FIGURES="4a 4b" (which), PEER_SOLVES=6 and
CHECKS=40 (how many) from the environment;
lab_peers takes SEED=0;
exact_network takes TRIALS=10 and EXACT_PEER, a Python file whose `decide(X, w)` answers a dict with a status.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from relulab.phase.datasets import provenance

SUITES = (
    "figures",
    "sweep",
    "solve",
    "path",
    "all_patterns",
    "exact_network",
    "training",
    "spectra",
    "lab_peers",
    "widgets",
)


def main(names):
    """Run the named suites, or all."""
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        sys.exit(f"benchmarks: {unknown[0]!r} is unknown; choose from {', '.join(SUITES)}")
    results = provenance()
    print(", ".join(f"{key}: {value}" for key, value in results.items()))
    for name in names or SUITES:
        rows = list(import_module(f"benchmarks.{name}").run())
        results[name] = rows
        for row in rows:
            print(name, *(f"{key}={value}" for key, value in row.items()))
    path = Path(__file__).parents[1] / "_build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1, default=str) + "\n")
    print(f"wrote {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
