"""The simplest network for anybody's data, as scikit-learn estimators.

`preparing` checks and scales data and chooses patterns and folds, `choosing` follows the path and picks beta,
`base` is what the estimators share, `regression` and `classification` are these. They need scikit-learn
(``pip install 'relulab[estimators]'``).

>>> import numpy as np
>>> from relulab.estimators import SimplestNetwork
>>> X = np.random.default_rng(0).standard_normal((80, 3))
>>> SimplestNetwork().fit(X, np.maximum(X[:, 0], 0)).score(X, np.maximum(X[:, 0], 0)) > 0.95
True
"""

from .classification import SimplestClassifier
from .regression import SimplestNetwork

__all__ = ["SimplestNetwork", "SimplestClassifier"]
