"""What the two estimators share: their settings, their checks, one path for one column of labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import _checks
from ..blocks.blocks import NETWORKS
from ..blocks.conditions import FORMS
from ..certify.any_network import certify_network
from ..solvers.arrays import DEVICES
from .choosing import RULES, fitted_path
from .preparing import check_columns, check_readable, patterns_for, scaling_of

try:
    from sklearn.base import BaseEstimator
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "relulab's estimators need scikit-learn, which is not installed: pip install 'relulab[estimators]'"
    ) from error

if TYPE_CHECKING:
    from typing import Any

    from ..certify.any_network import NetworkCertificate

NEGLIGIBLE = 1e-6  # neurons below this share of the norm sum are left out of a network
ROWS = 2  # rows that a fit needs


class Simplest(BaseEstimator):
    """Settings and fit of the simplest network for one column of labels; see the estimators."""

    def __init__(
        self,
        beta: float | str = "cv",
        network: str = "skip",
        form: str = "gated",
        patterns: int | str | None = None,
        fit_intercept: bool = True,
        folds: int = 5,
        rule: str = "best",
        tol: float = 1e-4,
        random_state: Any = 0,
        device: str = "cpu",
    ) -> None:
        self.beta = beta
        self.network = network
        self.form = form
        self.patterns = patterns
        self.fit_intercept = fit_intercept
        self.folds = folds
        self.rule = rule
        self.tol = tol
        self.random_state = random_state
        self.device = device

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags

    def _checked_settings(self):
        if not (isinstance(self.beta, str) and self.beta == "cv"):
            if isinstance(self.beta, str):
                raise ValueError(f"beta={self.beta!r} is neither 'cv' nor a number > 0")
            _checks.positive("beta", self.beta)
        _checks.choice("network", self.network, NETWORKS)
        _checks.choice("form", self.form, FORMS)
        _checks.choice("rule", self.rule, RULES)
        _checks.choice("device", self.device, DEVICES)
        _checks.count("folds", self.folds, 2)
        if not isinstance(self.fit_intercept, bool | np.bool_):
            raise ValueError(f"fit_intercept={self.fit_intercept!r} is neither True nor False")
        if _checks.positive("tol", self.tol) >= 0.1:
            raise ValueError(f"tol={self.tol:g} is not below 0.1; a certificate allows ten times as much")
        return {
            "network": self.network,
            "form": self.form,
            "intercept": bool(self.fit_intercept),
            "tol": float(self.tol),
            "device": self.device,
        }

    def _seed(self):
        """A whole number; None is 0, so that the same data give the same network."""
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31 - 1))
        return 0 if self.random_state is None else _checks.count("random_state", self.random_state, 0)

    def _prepared(self, X, y, **checks):
        """Checked data, the scaling, features and patterns."""
        settings, seed = self._checked_settings(), self._seed()
        options = {"dtype": np.float64, "ensure_all_finite": False, "ensure_min_samples": ROWS, **checks}
        check_readable(X, y)
        X, y = validate_data(self, X, y, **options)
        check_columns(X, getattr(self, "feature_names_in_", None), self.fit_intercept)
        self._scaling = scaling_of(X, self.fit_intercept)
        features = self._scaling(X)
        self._patterns = patterns_for(features, self.patterns, seed)
        return features, y, settings, seed

    def _fitted(self, name):
        check_is_fitted(self, name)
        return self

    def _features(self, X):
        check_is_fitted(self)
        check_readable(X)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite=False, reset=False)
        bad = ~np.isfinite(X).all(axis=0)
        if bad.any():
            names = getattr(self, "feature_names_in_", range(X.shape[1]))
            raise ValueError(f"X holds NaN or infinity in column {list(names)[int(bad.argmax())]!r}")
        return self._scaling(X)

    def _follow(self, features, y, settings, loss, folds, seed, executor):
        """The path, the errors of cross-validation, and the chosen solution."""
        beta = self.beta if isinstance(self.beta, str) else float(self.beta)
        found, place, errors = fitted_path(
            features, y, self._patterns, settings, loss, beta, folds, self.rule, seed, executor
        )
        return found, errors, found.solutions[place]

    @staticmethod
    def _network_of(solution):
        return replace(solution.to_network(NEGLIGIBLE), intercept=float(solution.intercept or 0.0))

    def _certified(self, network, solution) -> NetworkCertificate:
        """The network on its scaled training data against all others over its patterns."""
        return certify_network(
            network,
            getattr(solution, "plain_blocks", solution.blocks).X,
            solution.y,
            self._patterns,
            solution.beta,
            among=self.network,
            loss=solution.loss,
            intercept=solution.intercept is not None,
            tol=10 * self.tol,  # negligible neurons have been left out
        )
