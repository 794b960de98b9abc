"""What a type checker sees of the public names; `make lint` checks that these calls fit. It is not run."""

from __future__ import annotations

import numpy as np
import xarray as xr

import relulab as rl
from relulab import sensing, theory

X: np.ndarray = rl.draw("gaussian", 12, 3, rng=0)
plant: rl.Plant = rl.plant(X, kind="relu", k=2, rng=np.random.default_rng(0), signs=[1, -1])
S: rl.Patterns = rl.sample_patterns(X.tolist(), count=20, include=plant.weights)
counted: int = rl.count_patterns(6, 2)
gates: np.ndarray = rl.gates_of(X, np.asarray(S))

solution: rl.Solution = rl.solve(X, plant.y, S, network="plain", form="exact", beta=1e-3, solver="newton")
value: float = solution.value
pruned: rl.Solution = rl.prune(solution)
found: rl.RegularizationPath = rl.path(X, plant.y, S, validation=(X, plant.y))
neurons: np.ndarray = found.neurons
silent_from: float = rl.programs.beta_max(X, np.where(plant.y > 0, 1.0, -1.0), S, loss="logistic")
bound: float = rl.programs.solve_dual(X, plant.y, S).value
problem = rl.programs.primal(solution.blocks, plant.y)[0]

decided: str = rl.decide((X, plant.y, plant.weights), S, "plain").status
certified: rl.NetworkCertificate = rl.certify_network((X.T[:, :2], [1.0, -1.0]), X, plant.y, S, beta=0.1)
below_cost: float = certified.bound

sparse: np.ndarray = sensing.basis_pursuit([[1.0, 2.0]], [2.0]).x
denoised: sensing.Sparse = sensing.lasso(X, plant.y, beta=0.1)
proof: bool = sensing.certificate(X, [1, 0, 0], best=True).holds
mu: float = sensing.coherence(X)
lower: float
lower, upper = rl.guarantees.restricted_isometry_bounds(X, k=2)

share: float = theory.wendel(20, 10)
ends: tuple[np.ndarray, np.ndarray] = theory.wilson_interval(8, [10, 20])
edge: float = theory.group_threshold(2, 10)

problems: list[rl.Plant] = rl.phase.instances(20, 3, range(4))[0]
losses: np.ndarray = rl.train(problems, epochs=10, init="he", progress=False).loss
figure: xr.Dataset = rl.open_figure("4a")
model: rl.SimplestNetwork = rl.SimplestNetwork(beta=0.1, form="exact").fit(X, plant.y)
predicted: np.ndarray = model.predict(X)
rl.plots.use_style()
rl.plots.path(found).set_title("a path")
rl.plots.diagram(figure).set_title("4a")
version: str = rl.__version__
