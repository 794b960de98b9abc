"""The simplest network for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import RegressorMixin

from .. import _checks
from ..solvers.arrays import norm
from .base import Simplest

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike

    from ..certify.any_network import NetworkCertificate


class SimplestNetwork(RegressorMixin, Simplest):
    """The cheapest two-layer network for labels that are numbers, with a certificate.

    It minimizes ``1/2 ||f(X) - y||^2 + beta * cost`` over networks with the patterns drawn; the cost is what
    weight decay charges, half the sum of squares of both layers' weights. Columns and labels are scaled to
    norm 1 first, and to mean 0 where there is an intercept. Labels of several columns are several outputs of
    one network: of each pattern weight decay charges the nuclear norm of its weights, and this the smaller
    Frobenius norm (`relulab.programs.SeveralOutputs`).

    Parameters
    ----------
    beta : float or "cv"
        Weight of the regularizer for the scaled data, or the one that cross-validation chooses out of 30,
        from the smallest that silences every neuron down to a thousandth of it.
    network : {"skip", "plain", "normalized"}
        The network.
    form : {"gated", "exact"}
        ``"gated"``: each neuron has a fixed gate beside its weights (the relaxed program). ``"exact"``: a
        ReLU network, the same that training with weight decay seeks; slower.
    patterns : int or "all", optional
        How many gates are drawn; by default as many as rows, between 50 and 500. What is certified holds
        over these patterns. ``"all"`` enumerates every pattern of the data, which is for small sizes.
    fit_intercept : bool
        A column of ones joins the features: every neuron and every gate has a bias, which is regularized
        with its weights. The linear part's bias is not: a free constant is added to the output.
    folds : int
        Of cross-validation.
    rule : {"best", "one-se"}
        The beta of the smallest error, or the largest one within a standard error of that: fewer neurons.
    tol : float
        Relative gap to reach at each beta.
    random_state : int, RandomState or None
        Seed of patterns and folds; None is 0.
    device : {"cpu", "auto"}
        What computes the gated form: NumPy, or a CUDA device through torch where there is one.

    Attributes
    ----------
    network_ : Network or SeveralOutputs
        The network, for scaled features: `first`, `second`, `gates`. For several outputs the solution, which
        has `weights`, its `gap`, and its `weight_decay_gap`.
    n_neurons_ : int
        How many neurons it has, the linear part not counted.
    beta_ : float
        The weight of the regularizer that was used.
    path_ : RegularizationPath
        The solutions for all betas, each with its gap.
    cv_errors_ : ndarray, shape (folds, betas), or None
        Mean squared errors of cross-validation, of scaled labels.
    certificate_ : NetworkCertificate
        How far the network is from the cheapest over its patterns; made when it is first asked for. With
        several outputs that is the cheapest by nuclear norms, and this one is mostly not.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray
        Their names, where the data have any.

    Raises
    ------
    ValueError
        In `fit`, for a setting that is unknown, NaN or constant columns (named), more patterns than fit into
        memory.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = np.random.default_rng(0).standard_normal((80, 3))
    >>> y = np.maximum(X[:, 0] - 0.5, 0) + 2
    >>> model = rl.SimplestNetwork(beta=0.02, form="exact").fit(X, y)
    >>> model.score(X, y) > 0.9, model.certificate_.status
    (True, 'cheapest')
    """

    def fit(self, X: ArrayLike, y: ArrayLike, executor: Any = None) -> SimplestNetwork:
        """Fit the network.

        Parameters
        ----------
        X : array_like, shape (n, d)
            The data; not sparse.
        y : array_like, shape (n,) or (n, c)
            The labels; several columns are several outputs, gated only.
        executor : concurrent.futures.Executor, optional
            Gets the folds and pieces of the path, as `phase_diagram` its cells: threads, processes, or a Dask
            client's ``get_executor()``. By default all is done here.

        Returns
        -------
        SimplestNetwork
            Itself.

        Raises
        ------
        ValueError
            As the class says.
        """
        features, y, settings, seed = self._prepared(X, y, y_numeric=True, multi_output=True)
        y = _checks.array("y", y, (len(features), *["c"][: y.ndim - 1]))
        level = np.where(np.ptp(y, axis=0) == 0, y[0], y.mean(axis=0))  # the mean of equal numbers may differ
        self._level = level if self.fit_intercept else 0.0 * level
        self._size = norm(y - self._level)
        scaled = (y - self._level) / self._size
        folds = min(self.folds, len(y) // 2) if len(y) >= 4 else 2
        self.path_, self.cv_errors_, self._solution = self._follow(
            features, scaled, settings, "squares", folds, seed, executor
        )
        self._certificate = None
        if y.ndim == 2:
            place = self.path_.solutions.index(self._solution)
            self.network_, self.n_neurons_ = self._solution, int(self.path_.neurons[place])
        else:
            self.network_ = self._network_of(self._solution)
            self.n_neurons_ = self.network_.m
        self.beta_ = self._solution.beta
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The network's outputs.

        Parameters
        ----------
        X : array_like, shape (m, d)
            Rows.

        Returns
        -------
        ndarray, shape (m,) or (m, c)
            The outputs.
        """
        features = self._features(X)
        return self._level + self._size * self.network_.predict(features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    @property
    def certificate_(self) -> NetworkCertificate:
        """How far the network is from the cheapest over its patterns, as weight decay has it."""
        if self._fitted("network_")._certificate is None:
            self._certificate = self._certified(self.network_, self._solution)
        return self._certificate
