"""Compute what the lab "Go wide, then narrow" keeps: store_thin.py [SEED].

Runs the page's own cells, and its `compare` for two activations, four depths and three widths.
"""

import json
import platform
import sys
import time
from pathlib import Path

import torch
from run_labs import ROOT, cells_of

PAGE = ROOT / "chapters" / "part5" / "wide-then-narrow.md"
FILE = ROOT / "relulab" / "results" / "wide-then-narrow.json"
ACTIVATIONS = {"ReLU": torch.relu, "tanh": torch.tanh}
DEPTHS, WIDTHS, COPIES = (4, 8, 12, 16), (4, 8, 16), 6


def store(seed: int, file: Path, depths=DEPTHS, widths=WIDTHS, copies: int = COPIES) -> None:
    """Test accuracies by activation, depth and width, with what made them."""
    for name, values in (("depths", depths), ("widths", widths), ("copies", [copies])):
        if min(values, default=0) < 1:
            raise ValueError(f"{name}={values}: whole numbers from 1 on")
    names, start, runs = {"__name__": "lab"}, time.process_time(), []
    for cell in [f"seed = {seed}", *cells_of(PAGE)[1:]]:
        exec(compile(cell, PAGE.name, "exec"), names)
        if "compare" in names:
            break
    for name, act in ACTIVATIONS.items():
        for depth in depths:
            for h in widths:
                right = names["compare"](act, h, depth, copies)[0]
                right = {way: [round(float(value), 4) for value in values] for way, values in right.items()}
                runs.append({"activation": name, "depth": depth, "width": h, "accuracy": right})
    made = {
        "command": f"python site/store_thin.py {seed}",
        "seed": seed,
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "cpu seconds": round(time.process_time() - start),
        "runs": runs,
    }
    file.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    store(int(sys.argv[1]) if len(sys.argv) > 1 else 0, FILE)
