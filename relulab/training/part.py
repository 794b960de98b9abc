"""One part of a training run: networks that share their memory, trained from start to finish."""

import time

import numpy as np

from ..data.planted import neurons
from .networks import SILENT, torch
from .steps import ACTIVE, Gradients, Optimizer, decayed, joined, neuron_norms, parted

RECORDED = ("loss", "test_distance", "path_norm", "active")


class Stopped(Exception):
    """The run was stopped from outside, between two epochs."""


class Part:
    """Networks in one batch, with all the memory that their training takes.

    Parameters
    ----------
    plants : list of Plant
        The problems.
    starts : list of dict
        The initial weights of each, by name.
    tests : list of ndarray, shape (rows, d)
        The test rows of each.
    seeds : list of list of int
        Where the randomness of each comes from.
    factors : ndarray, shape (epochs,)
        Factors of the learning rate.
    settings : dict
        The checked settings of the run.
    device : str
        A device that is there.
    """

    def __init__(self, plants, starts, tests, seeds, factors, settings, device):
        self.settings, self.factors, self.seeds = settings, factors, seeds
        self.dtype = getattr(torch, settings["dtype"])
        self.device = device
        # Column by column, as the memory of `Gradients`: errors scale them along the rows.
        self.X, self.y = self._tensor([p.X.T for p in plants]).mT, self._tensor([p.y for p in plants])
        self.X_test = self._tensor(tests)
        labels = [_labels(p, rows, settings["normalization"]) for p, rows in zip(plants, tests, strict=True)]
        self.y_test = self._tensor(labels)
        network, (_, self.n, d), width = settings["network"], self.X.shape, settings["width"]
        every = joined({name: np.stack([start[name] for start in starts]) for name in starts[0]})
        self.theta = self._tensor(np.concatenate([piece.ravel() for piece in every.values()]))
        rows = max(self.n, self.X_test.shape[1])
        self.networks = Gradients(network, self.theta, rows, d, width)
        self.charged = decayed(self.networks.weights, network)
        charged = len(self.theta) if settings["released"] else sum(piece.numel() for piece in self.charged)
        self.optimizer = Optimizer(
            settings["optimizer"], self.theta, settings["lr"], settings["beta"], charged
        )
        self.epochs = record_epochs(len(factors), settings["record_every"])
        self.history = self.theta.new_full((len(self.epochs), len(RECORDED), len(plants)), torch.nan)
        self.factor = (
            2.0 if settings["released"] else 1.0
        )  # the derivative of the sum of squares, or of its half

    def _tensor(self, array):
        return torch.tensor(np.asarray(array), dtype=self.dtype, device=self.device)

    def run(self, checkpoint, seconds, stop, advance):
        """Train, from the checkpoint on if there is one.

        Parameters
        ----------
        checkpoint : Checkpoint
            Where the state is kept.
        seconds : float
            Time between two states.
        stop : threading.Event
            Set from outside to keep the state and end.
        advance : callable
            Told how many epochs of networks are done.

        Returns
        -------
        weights : dict of ndarray
            The trained weights, each piece (b, ...).
        history : ndarray, shape (records, 4, b)
            What was recorded.
        """
        epoch = self._restore(checkpoint.read())
        count = len(self.seeds)
        advance(epoch * count)
        kept, told = time.monotonic(), epoch
        with torch.no_grad():
            while epoch < len(self.factors):
                if stop.is_set():
                    checkpoint.write(self._state(epoch))
                    raise Stopped
                self._epoch(epoch)
                epoch += 1
                if epoch % 20 == 0 or epoch == len(self.factors):
                    advance((epoch - told) * count)
                    told = epoch
                if time.monotonic() - kept >= seconds and epoch < len(self.factors):
                    checkpoint.write(self._state(epoch))
                    kept = time.monotonic()
            if self.history[-1].isnan().all():
                self._record(epoch)
        checkpoint.write(self._state(epoch))
        weights = parted(self.networks.weights, self.settings["network"], self.settings["width"])
        return {name: piece.cpu().numpy() for name, piece in weights.items()}, self.history.cpu().numpy()

    def _epoch(self, epoch):
        size, X, y = self.settings["batch_size"], self.X, self.y
        recorded = epoch % self.settings["record_every"] == 0
        if size == self.n:
            error = self._record(epoch) if recorded else self.networks.outputs(X) - y
            self.networks.descend(X, error.mul_(self.factor))
            self.optimizer.step(self.factors[epoch])
            return
        if recorded:
            self._record(epoch)
        if self.settings["released"]:
            self.optimizer.forget()
        order = self._order(epoch)
        for start in range(0, self.n, size):
            rows = order[:, start : start + size]
            X, y = torch.take_along_dim(self.X, rows[:, :, None], 1), torch.take_along_dim(self.y, rows, 1)
            error = self.networks.outputs(X) - y
            self.networks.descend(X, error.mul_(self.factor * self.n / rows.shape[1]))
            self.optimizer.step(self.factors[epoch])

    def _order(self, epoch):
        orders = [np.random.default_rng([*seed, 2, epoch]).permutation(self.n) for seed in self.seeds]
        return torch.tensor(np.stack(orders), device=self.device)

    def _record(self, epoch):
        """Record the networks as they are, and return ``f - y`` on the training rows, evaluated last."""
        networks, settings = self.networks, self.settings
        norms = None
        if settings["network"] == "normalized" and settings["normalization"] == "training":
            networks.outputs(self.X)
            norms = networks.norms
        distance = (networks.outputs(self.X_test, norms) - self.y_test).norm(dim=1)
        error = networks.outputs(self.X) - self.y
        loss = self.factor / 2 * error.square().sum(1)
        if not settings["released"]:
            size = sum(piece.square().flatten(1).sum(1) for piece in self.charged)
            loss += settings["beta"] / 2 * size
        path = neuron_norms(networks.weights, settings["network"])
        total = path.sum(1)
        active = (path[:, : settings["width"]] >= ACTIVE * total[:, None]).sum(1)
        place = int(np.searchsorted(self.epochs, epoch))
        self.history[place] = torch.stack([loss, distance, total, active.to(self.dtype)])
        return error

    def _state(self, epoch):
        remembered = {f"optimizer_{name}": array for name, array in self.optimizer.state().items()}
        tensors = {"theta": self.theta.cpu().numpy(), "history": self.history.cpu().numpy()}
        return {"epoch": epoch} | tensors | remembered

    def _restore(self, state):
        if state is None:
            return 0
        self.theta.copy_(torch.tensor(state["theta"]))
        self.history.copy_(torch.tensor(state["history"]))
        names = [name for name in state if name.startswith("optimizer_")]
        self.optimizer.restore({name.removeprefix("optimizer_"): state[name] for name in names})
        return int(state["epoch"])


def record_epochs(epochs, every):
    """The epochs that are recorded: every so many, and the last."""
    return np.unique(np.r_[0:epochs:every, epochs])


def _labels(plant, rows, normalization):
    """What the planted neurons say of new rows, without noise."""
    if plant.kind == "unknown":
        return np.full(len(rows), np.nan) if plant.test_labels is None else plant.test_labels
    if plant.kind != "normalized" or normalization == "batch":
        return neurons(rows, plant.weights, plant.kind) @ plant.signs
    norms = np.linalg.norm(np.maximum(plant.X @ plant.weights, 0), axis=0)
    return np.maximum(rows @ plant.weights, 0) / np.maximum(norms, SILENT) @ plant.signs
