"""Describe the results that come with the package for machines: relulab/results/ro-crate-metadata.json."""

import json

from relulab.figures.crate import METADATA, described
from relulab.figures.results import RESULTS

if __name__ == "__main__":
    (RESULTS / METADATA).write_text(json.dumps(described(RESULTS), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {RESULTS / METADATA}")
