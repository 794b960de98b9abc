"""What `certify_network` says of a network, with its evidence, and the file that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...audit.files import write_file
from ...blocks.neurons import Network
from ...patterns.sampling import Patterns
from ..verdicts import Multipliers

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

PIECES = ("first", "second", "scale", "gates", "skip_first", "skip_second", "intercept")


@dataclass(frozen=True, eq=False)
class NetworkCertificate:
    """How far a network is from the cheapest one, made by `certify_network`.

    Attributes
    ----------
    status : str
        ``"cheapest"``: no network over the patterns costs less by more than the share `tol`.
        ``"not-cheapest"``: `.competitor` costs less, by more than that. ``"undecided"``: neither is known.
    cost : float
        ``loss + beta R / 2`` of the network as it stands; without beta ``R / 2``.
    balanced_cost : float
        The same with balanced layers, ``||first_i|| = |second_i||``, which changes no output.
    bound : float
        What no network with these patterns costs less than: the value of `.dual`.
    gap : float
        ``(cost - bound) / cost``.
    unique : bool or None
        Whether the cheapest network over the patterns is the only one. The best dual vector lies in a small
        ball around the one that was found; only blocks that reach the bound somewhere in that ball can be on,
        along directions that the ball hardly moves. True where the outputs of these are independent, False
        where those of the neurons found are dependent, None is open; a free intercept counts as one of them.
        Nor is it True where the rows of a normalized neuron leave its weights open. This is computed in
        float64 and neurons that nearly agree count as one: it is numerical, and `check` does not prove it. Of
        ReLU networks with several outputs it is open.
    dual : ndarray, shape (n,) or (n, c)
        The dual vector.
    multipliers : Multipliers or None
        In the exact form, what keeps it in its ball on the cones; with c outputs of each direction of the
        mesh, whose whole numbers (c,) stand in place of a side.
    competitor : Network or None
        A cheaper network.
    reason : str
        The statement in words.
    X, y, arrays, patterns, beta, among, form, loss, intercept, tol
        The question: data, labels, the network as arrays, the patterns (its own included), the weight of
        the regularizer, the kind of network, gated or exact, the loss, whether an intercept is free, and the
        gap that was asked for.
    everywhere : bool
        Whether the patterns are all those of the data.
    """

    status: str
    cost: float
    balanced_cost: float
    bound: float
    gap: float
    unique: bool | None
    dual: np.ndarray
    multipliers: Multipliers | None
    competitor: Network | None
    reason: str
    X: np.ndarray
    y: np.ndarray
    arrays: Network
    patterns: Any
    beta: float | None
    among: str
    form: str
    loss: str
    intercept: bool
    tol: float
    everywhere: bool

    def __repr__(self) -> str:
        return f"NetworkCertificate({self.status}, cost={self.cost:.6g}, gap={self.gap:.1e}; {self.reason})"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the certificate with its question to a file that `load` reads and `check` proves again.

        Parameters
        ----------
        path : str or path
            Where to. The format is described in `relulab.audit.files`.
        """
        numbers = ("cost", "balanced_cost", "bound", "gap", "beta", "tol")
        words = ("status", "unique", "reason", "among", "form", "loss", "intercept", "everywhere")
        fields = {name: getattr(self, name) for name in (*numbers, *words)}
        fields["complete"] = getattr(self.patterns, "complete", False)
        arrays = {"X": self.X, "y": self.y, "dual": self.dual, "masks": np.asarray(self.patterns)}
        arrays["gates of patterns"] = getattr(self.patterns, "gates", None)
        if self.multipliers is not None:
            arrays |= {f"multipliers {name}": a for name, a in self.multipliers._asdict().items()}
        for whose, net in (("network", self.arrays), ("competitor", self.competitor)):
            if net is not None:
                parts = {f"{whose} {name}": getattr(net, name) for name in PIECES}
                arrays |= {
                    name: None if a is None else np.asarray(a, dtype=float) for name, a in parts.items()
                }
        write_file(path, "network certificate", fields, arrays)

    @classmethod
    def from_stored(cls, fields, arrays, real):
        """The certificate that a file holds."""

        def net(whose):
            if f"{whose} first" not in arrays:
                return None
            parts = {name: arrays.get(f"{whose} {name}") for name in PIECES}
            numbers = {name: float(a) for name, a in parts.items() if np.ndim(a) == 0 and a is not None}
            return Network(**parts | numbers)

        masks, gates, multipliers = arrays["masks"], arrays.get("gates of patterns"), None
        if "multipliers values" in arrays:
            multipliers = Multipliers(*(arrays[f"multipliers {name}"] for name in Multipliers._fields))
        numbers = {
            name: real(fields[name]) for name in ("cost", "balanced_cost", "bound", "gap", "tol", "beta")
        }
        words = {n: fields[n] for n in ("status", "unique", "reason", "among", "form", "loss", "intercept")}
        return cls(
            **numbers,
            **words,
            everywhere=fields["everywhere"],
            X=arrays["X"],
            y=arrays["y"],
            dual=arrays["dual"],
            multipliers=multipliers,
            arrays=net("network"),
            competitor=net("competitor"),
            patterns=masks if gates is None else Patterns(masks, gates, fields["complete"]),
        )
