"""The labs of Part V against their peers: how far apart the answers are, one row a lab.

The code of each page is run, cell by cell, until it has defined what is compared. SciPy and CVXPY are there
anyway; PennyLane, PyTorch Geometric and pytorch-optimizer are installed into folders of their own.
"""

import contextlib
import io
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.solve import install_peer

ROOT = Path(__file__).parents[1]
SEED = int(os.environ.get("SEED", "0"))  # of the pages
PENNYLANE = (
    "pennylane==0.45.1",
    "appdirs==1.4.4",
    "autograd==1.8.0",
    "autoray==0.8.4",
    "cachetools==8.0.2",
    "diastatic-malt==2.15.3",
    "gast==0.7.0",
    "rustworkx==0.18.1",
    "termcolor==3.3.0",
    "tomlkit==0.15.2",
)
GEOMETRIC = ("torch_geometric==2.8.1", "xxhash==4.1.0")


def run(labs=None):
    """Rows of {lab, peer, version, cases, differences}; without the peer, why."""
    for lab in LABS if labs is None else labs:
        compare, peer, package, install = LABS[lab]
        row = {"lab": lab, "peer": peer}
        if install is not None and (problem := install_peer(ROOT / "_build" / package, *install)) is not None:
            yield row | {"note": f"not installed: {problem}"}
            continue
        if install is not None and str(ROOT / "_build" / package) not in sys.path:
            sys.path.append(str(ROOT / "_build" / package))
        yield row | {"version": version(package), **compare()}


def names_of(lab, wanted):
    """What the cells of a page define, up to the one that defines the wanted name."""
    if str(ROOT / "site") not in sys.path:
        sys.path.append(str(ROOT / "site"))
    from run_labs import cells_of

    names = {"__name__": "lab"}
    plt.switch_backend("agg")
    with contextlib.redirect_stdout(io.StringIO()), plt.rc_context():
        for cell in [f"seed = {SEED}", *cells_of(ROOT / "chapters" / "part5" / f"{lab}.md")[1:]]:
            exec(compile(cell, f"{lab}.md", "exec"), names)
            if wanted in names:
                break
    plt.close("all")
    if wanted in names:
        return names
    raise LookupError(f"{lab}.md defines no {wanted}")


def _quantum(circuits=12, qubits=4, angles=12):
    """Outcome and slopes by backpropagation, against the parameter-shift rule."""
    import pennylane as qml

    names = names_of("quantum", "outcome")
    V, psi, theta = names["random_circuits"](circuits, angles, 2**qubits)
    f, slopes = names["outcome"](V, psi, theta)
    wires = range(qubits)
    values, gradients = [], []
    for c in range(circuits):

        @qml.qnode(qml.device("default.qubit", wires=qubits), diff_method="parameter-shift")
        def circuit(theta, c=c):
            qml.StatePrep(psi[c], wires=wires)
            for mix, angle in zip(V[:, c], theta, strict=True):
                qml.RZ(2 * angle, wires=0)
                qml.QubitUnitary(mix, wires=wires)
            return qml.expval(qml.PauliZ(qubits - 1))

        angles_of_c = qml.numpy.array(theta[:, c], requires_grad=True)
        values.append(float(circuit(angles_of_c)))
        gradients.append(qml.grad(circuit)(angles_of_c))
    return {
        "cases": f"{circuits} circuits of {qubits} qubits and {angles} angles",
        "outcomes": _apart(values, f),
        "slopes": _apart(np.transpose(gradients), slopes),
    }


def _graph_limits():
    """The whole network, on a ring with arrows, an even random graph, and one from the graphon."""
    import torch
    from torch_geometric.nn import TAGConv

    names = names_of("graph-limits", "draw_graph")
    layers, draw = names["layers"], names["rng"]
    convolutions = []
    for taps in layers:
        layer = TAGConv(*taps.shape[1:], K=len(taps) - 1, bias=False, normalize=False).double()
        for weight, tap in zip(layer.parameters(), taps, strict=True):
            weight.data = torch.tensor(tap.T)
        convolutions.append(layer)
    graphs = [names["ring"], names["A"], names["draw_graph"](names["middle"](200))]
    differences = []
    for S in graphs:
        x = draw.standard_normal((len(S), 1))
        to, source = np.nonzero(S)
        edges, weights = torch.tensor(np.array([source, to])), torch.tensor(S[to, source])
        z = torch.tensor(x)
        with torch.no_grad():
            for number, layer in enumerate(convolutions, 1):
                z = layer(z, edges, weights)
                z = z.relu() if number < len(layers) else z
        ours = names["network"](S, x, layers)
        differences.append(_apart(ours, z.numpy()) / np.abs(ours).max())
    return {
        "cases": f"{len(layers)} layers on {len(graphs)} graphs",
        "outputs, relative": float(max(differences)),
    }


def _graph_norm(count=40, channels=16):
    """The layer of the page with random shifts, on both tasks' graphs, in double precision."""
    import torch
    from torch_geometric.nn import GraphNorm

    names = names_of("graph-norm", "normalize")
    draw = torch.Generator().manual_seed(SEED)
    differences = []
    for kind in ("mixed_graph", "ring"):
        A, mask, _ = names["pack"](names[kind], count)
        mask, alpha = mask.double(), 2 * torch.rand(channels, generator=draw, dtype=torch.float64)
        z = mask * torch.randn(*A.shape[:2], channels, generator=draw, dtype=torch.float64)
        ours = names["normalize"](z[None], "graph", mask, alpha)[0]
        peer = GraphNorm(channels).double()
        peer.mean_scale.data = alpha
        graph, node = mask[..., 0].nonzero(as_tuple=True)
        with torch.no_grad():
            differences.append(_apart(peer(z[graph, node], graph), ours[graph, node]))
    return {"cases": f"2 times {count} graphs, {channels} channels", "outputs": max(differences)}


def _triangle(restarts=5):
    """Residual norms of F_t, step by step, relative to those of GMRES restarted after t."""
    from scipy.sparse.linalg import gmres

    names = names_of("triangle", "definite")
    differences = []
    for kappa in (10, 100, 1000):
        M, start = names["definite"](100, kappa), names["rng"].standard_normal(100)
        for t in (2, 4, 8):
            norms, r = [], start
            options = {"rtol": 0, "restart": t, "maxiter": restarts, "callback_type": "x"}

            def record(x, M=M, b=start, norms=norms):
                norms.append(np.linalg.norm(b - M @ x))

            gmres(M, start, callback=record, **options)
            for norm in norms:
                r = names["F"](t, r, lambda z, M=M: M @ z)
                if norm > 1e-6 * np.linalg.norm(start):  # below, rounding errors are compared
                    differences.append(abs(np.linalg.norm(r) / norm - 1))
    return {"cases": f"{len(differences)} residuals", "norms, relative": float(max(differences))}


def _sparse_inputs(instances=20):
    """The smallest sum of pushes, and the margin of the best certificate."""
    import cvxpy as cp

    from relulab import sensing

    names = names_of("sparse-inputs", "is_found")
    draw, values, margins = names["rng"], [], []
    for _ in range(instances):
        O, Psi = names["stacked"](names["random_system"](6, 10, 5), 8)
        u = np.zeros(Psi.shape[1])
        places = draw.choice(len(u), draw.integers(1, 9), replace=False)
        u[places] = draw.standard_normal(len(places))
        y = O @ draw.standard_normal(6) + Psi @ u
        x, v, dual = cp.Variable(6), cp.Variable(len(u)), cp.Variable(len(y))
        value = cp.Problem(cp.Minimize(cp.norm1(v)), [O @ x + Psi @ v == y]).solve(solver=cp.CLARABEL)
        values.append([np.abs(names[way](O, Psi, y)[1]).sum() - value for way in ("directly", "recover")])
        off = cp.norm_inf(np.delete(Psi, places, axis=1).T @ dual)
        on = Psi[:, places].T @ dual == np.sign(u[places])
        off_support = cp.Problem(cp.Minimize(off), [O.T @ dual == 0, on]).solve(solver=cp.CLARABEL)
        found = sensing.certificate(names["deaf_to_state"](O) @ Psi, u, best=True)
        margins.append(found.off_support - off_support)
    return {
        "cases": f"{instances} systems, solved by Clarabel {version('clarabel')}",
        "values": _apart(values, 0),
        "certificates": _apart(margins, 0),
    }


def _toeplitz(n=2000):
    """All eigenvalues, by the equation of one angle each, and from four small matrices."""
    from scipy.linalg import eigvals_banded

    names = names_of("toeplitz", "three_methods")
    equation, extrapolation = [], []
    for a in names["steep"]:
        f, _, eta, _ = symbol = names["five_diagonals"](a)
        bands = np.repeat([[2 + 6 * a], [-1 - 4 * a], [a]], n, axis=1)
        truth = eigvals_banded(bands, lower=True)
        equation.append(_apart(f(names["angles"](eta, n)), truth))
        extrapolation.append(_apart(names["three_methods"](symbol, n)[0]["new"], truth))
    return {
        "cases": f"{len(equation)} matrices of order {n} with five diagonals",
        "by the equation": max(equation),
        "from four small matrices": max(extrapolation),
    }


def _one_batch(steps=20):
    """The weights after some steps of all four optimizers, relative, in double precision."""
    import torch
    from pytorch_optimizer import LARS, Lamb

    names = names_of("one-batch", "train")
    peers = {
        "SGD": lambda W: torch.optim.SGD(W, 0.02, momentum=0.9),
        "Adam": lambda W: torch.optim.Adam(W, 0.02, eps=1e-12),
        "LARS": lambda W: LARS(W, 0.02, weight_decay=0.0, trust_coefficient=1.0),
        # Without adam_debias it divides the rate by 1 - 0.9^t, which the trust ratio has no use for.
        "LAMB": lambda W: Lamb(W, 0.02, eps=1e-12, weight_decay=0.0, clamp=np.inf, adam_debias=True),
    }
    X, y = names["X"][:200].double(), names["y"][:200]
    found = {}
    for name, peer in peers.items():
        theirs = [w[:1].double().requires_grad_() for w in names["starts"]]
        ours = [w.detach().clone() for w in theirs]
        m, q = ([torch.zeros_like(w) for w in ours] for _ in range(2))
        optimizer = peer(theirs)
        for t in range(1, steps + 1):
            optimizer.zero_grad()
            names["cross"](names["output"](theirs, X)[0], y).backward()
            for w in ours:
                w.requires_grad_()
            slopes = torch.autograd.grad(names["cross"](names["output"](ours, X)[0], y), ours)
            optimizer.step()
            with torch.no_grad():
                for w, g, *means in zip(ours, slopes, m, q, strict=True):
                    w -= 0.02 * names["direction"](name, w, g, *means, t)
        pairs = [(a.detach(), b.detach()) for a, b in zip(ours, theirs, strict=True)]
        found[name] = max(float((a - b).norm() / b.norm()) for a, b in pairs)
    return {"cases": f"{steps} steps", **found}


def _apart(ours, theirs):
    return float(np.abs(np.asarray(ours) - np.asarray(theirs)).max())


# compare, peer, package, and the module and packages to install
LABS = {
    "quantum": (_quantum, "PennyLane, parameter-shift rule", "pennylane", ("pennylane", PENNYLANE)),
    "triangle": (_triangle, "SciPy gmres(restart=t)", "scipy", None),
    "sparse-inputs": (_sparse_inputs, "CVXPY", "cvxpy", None),
    "toeplitz": (_toeplitz, "SciPy eigvals_banded", "scipy", None),
    "graph-limits": (
        _graph_limits,
        "PyTorch Geometric TAGConv",
        "torch_geometric",
        ("torch_geometric", GEOMETRIC),
    ),
    "graph-norm": (
        _graph_norm,
        "PyTorch Geometric GraphNorm",
        "torch_geometric",
        ("torch_geometric", GEOMETRIC),
    ),
    "one-batch": (
        _one_batch,
        "PyTorch and pytorch-optimizer",
        "pytorch_optimizer",
        ("pytorch_optimizer", ("pytorch-optimizer==4.1.0",)),
    ),
}


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row))
