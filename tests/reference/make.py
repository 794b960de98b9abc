"""Make instances.json: Clarabel's answers on problems too large to solve in the tests.

    python tests/reference/make.py

Each entry names a problem by the arguments of `relulab.phase.instance` and holds what Clarabel found, through
CVXPY and nothing else of the library: value, relative gap, residual, and the weight off the planted blocks.
"""

import json
from importlib.metadata import version
from pathlib import Path

import cvxpy as cp
import numpy as np

import relulab as rl

FILE = Path(__file__).with_name("instances.json")
CASES = [
    (
        "linear",
        "skip",
        "gated",
        1,
        "smallest",
        [(45, 20), (52, 20), (75, 30), (100, 40), (130, 50), (150, 60)],
    ),
    ("linear", "skip", "exact", 1, "smallest", [(25, 15), (30, 15), (36, 15)]),
    ("relu", "plain", "gated", 1, "random", [(60, 20), (70, 20), (90, 30)]),
    ("relu", "plain", "exact", 1, "random", [(18, 10), (24, 12), (40, 12)]),
    ("relu", "skip", "gated", 2, "random", [(80, 15), (100, 20)]),
    ("normalized", "normalized", "gated", 2, "random", [(50, 15), (75, 15), (110, 25)]),
    ("normalized", "normalized", "exact", 2, "random", [(30, 8), (40, 8)]),
]


def solve(plant, S, network, form):
    """The minimal-norm program from its definition: orthonormal bases by QR, cones as inequalities."""
    X, masks = plant.X, np.asarray(S)
    d = X.shape[1]
    sides = 1 if form == "gated" else 2
    W = [cp.Variable((d, masks.shape[1])) for _ in range(sides)]
    w0 = cp.Variable(d) if network == "skip" else None
    outputs, spent, constraints = [], [], []
    for sign, V in zip((1, -1), W, strict=False):
        values = X @ V
        outputs.append(sign * cp.sum(cp.multiply(masks, values), axis=1))
        for j, mask in enumerate(masks.T):
            R = np.eye(d)
            if network == "normalized":
                R = np.linalg.qr(X[mask], mode="r")
            spent.append(cp.norm(R @ V[:, j]))
        if form == "exact":
            constraints.append(cp.multiply(2 * masks - 1.0, values) >= 0)
    if w0 is not None:
        outputs.append(X @ w0)
        spent.append(cp.norm(w0))
    equation = sum(outputs) == plant.y
    problem = cp.Problem(cp.Minimize(cp.sum(cp.hstack(spent))), [equation, *constraints])
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    bound = abs(equation.dual_value @ plant.y)  # the dual objective: nothing else is on a right-hand side
    fit = sum(o.value for o in outputs)
    return {
        "status": problem.status,
        "value": float(problem.value),
        "gap": float(abs(problem.value - bound) / abs(problem.value)),
        "residual": float(np.linalg.norm(fit - plant.y) / np.linalg.norm(plant.y)),
    }


def main():
    """Solve every case and write the file."""
    entries = []
    for kind, network, form, k, direction, sizes in CASES:
        for n, d in sizes:
            for trial in range(3):
                settings = {"kind": kind, "k": k, "direction": direction, "rng": 2025}
                plant, S = rl.phase.instance(n, d, trial, **settings)
                entry = {"n": n, "d": d, "trial": trial, **settings, "network": network, "form": form}
                entries.append(entry | solve(plant, S, network, form))
                print(entries[-1], flush=True)
    source = {name: version(name) for name in ("clarabel", "cvxpy", "numpy")}
    FILE.write_text(json.dumps({"made with": source, "instances": entries}, indent=1) + "\n")


if __name__ == "__main__":
    main()
