"""The simplest network for classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from .base import Simplest

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike


class SimplestClassifier(ClassifierMixin, Simplest):
    """The cheapest two-layer network for classes, with a certificate.

    It minimizes ``sum_i log(1 + exp(-y_i f(x_i))) + beta * cost`` for labels of -1 and 1 over networks with
    the patterns drawn; the cost is what weight decay charges, half the sum of squares of both layers'
    weights. Columns are scaled to norm 1 first, and to mean 0 where there is an intercept. Three or more
    classes: one network each, against the rest, over the same patterns.

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
    classes_ : ndarray
        The classes.
    network_ : Network, or list of Network
        The network, for scaled features; with three or more classes one each.
    n_neurons_ : int
        How many neurons there are, linear parts not counted.
    beta_ : float or list of float
        The weight of the regularizer that was used.
    path_ : RegularizationPath or list
        The solutions for all betas, each with its gap.
    cv_errors_ : ndarray, shape (folds, betas), list or None
        Shares of wrong labels in cross-validation.
    certificate_ : NetworkCertificate or list
        How far each network is from the cheapest over its patterns; made when it is first asked for.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray
        Their names, where the data have any.

    Raises
    ------
    ValueError
        In `fit`, for a setting that is unknown, NaN or constant columns (named), labels of one class, more
        patterns than fit into memory; a class with one row, where beta is to be chosen.

    Examples
    --------
    >>> import numpy as np
    >>> import relulab as rl
    >>> X = np.random.default_rng(0).standard_normal((80, 3))
    >>> labels = np.where(np.abs(X[:, 0]) > 0.7, "far", "near")
    >>> model = rl.SimplestClassifier(beta=0.3).fit(X, labels)
    >>> model.score(X, labels) > 0.9, model.certificate_.status
    (True, 'cheapest')
    """

    def fit(self, X: ArrayLike, y: ArrayLike, executor: Any = None) -> SimplestClassifier:
        """Fit one network, or one for each class.

        Parameters
        ----------
        X : array_like, shape (n, d)
            The data; not sparse.
        y : array_like, shape (n,)
            The labels.
        executor : concurrent.futures.Executor, optional
            Gets the folds and pieces of the path, as `phase_diagram` its cells: threads, processes, or a Dask
            client's ``get_executor()``. By default all is done here.

        Returns
        -------
        SimplestClassifier
            Itself.

        Raises
        ------
        ValueError
            As the class says.
        """
        features, y, settings, seed = self._prepared(X, y)
        try:
            check_classification_targets(y)
            self.classes_, places, counts = np.unique(y, return_inverse=True, return_counts=True)
        except TypeError as error:
            raise ValueError(f"y holds labels of several kinds: {error}") from None
        if len(self.classes_) < 2:
            raise ValueError(f"y holds one class only, {self.classes_[0]}; a classifier needs two")
        folds = min(self.folds, int(counts.min()))
        if folds < 2 and self.beta == "cv":
            alone = self.classes_[counts.argmin()]
            raise ValueError(
                f"y holds class {alone} once: beta='cv' needs two rows of each class; give a beta"
            )
        against = [1] if len(self.classes_) == 2 else range(len(self.classes_))
        fits = [
            self._follow(
                features, np.where(places == k, 1.0, -1.0), settings, "logistic", folds, seed, executor
            )
            for k in against
        ]
        paths, errors, self._solutions = zip(*fits, strict=True)
        networks = [self._network_of(solution) for solution in self._solutions]
        self._certificates = None
        self.path_, self.cv_errors_, self.network_, self.beta_ = map(
            self._one_or_all, (paths, errors, networks, [solution.beta for solution in self._solutions])
        )
        self.n_neurons_ = sum(network.m for network in networks)
        return self

    def _one_or_all(self, values):
        return values[0] if len(self.classes_) == 2 else list(values)

    def decision_function(self, X: ArrayLike) -> np.ndarray:
        """The networks' outputs.

        Parameters
        ----------
        X : array_like, shape (m, d)
            Rows.

        Returns
        -------
        ndarray, shape (m,) or (m, classes)
            Of two classes, what speaks for the second; else for each.
        """
        features = self._features(X)
        if len(self.classes_) == 2:
            return self.network_.predict(features)
        return np.stack([network.predict(features) for network in self.network_], axis=1)

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """The probability of each class: the logistic function of the outputs, brought to sum 1.

        Parameters
        ----------
        X : array_like, shape (m, d)
            Rows.

        Returns
        -------
        ndarray, shape (m, classes)
            The probabilities.
        """
        outputs = self.decision_function(X)
        shares = 0.5 * (1 + np.tanh(outputs / 2))
        if outputs.ndim == 1:
            return np.stack([1 - shares, shares], axis=1)
        total = shares.sum(axis=1, keepdims=True)
        return np.where(total > 0, shares / np.where(total > 0, total, 1), 1 / len(self.classes_))

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The class of each row.

        Parameters
        ----------
        X : array_like, shape (m, d)
            Rows.

        Returns
        -------
        ndarray, shape (m,)
            The classes.
        """
        outputs = self.decision_function(X)
        return self.classes_[(outputs > 0).astype(int) if outputs.ndim == 1 else outputs.argmax(axis=1)]

    @property
    def certificate_(self) -> Any:
        """How far each network is from the cheapest over its patterns."""
        if self._fitted("network_")._certificates is None:
            networks = [self.network_] if len(self.classes_) == 2 else self.network_
            pairs = zip(networks, self._solutions, strict=True)
            self._certificates = [self._certified(*pair) for pair in pairs]
        return self._one_or_all(self._certificates)
