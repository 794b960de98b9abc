"""Curvature of a loss without its Hessian, and what it says about batch sizes.

`curvature` multiplies by a Hessian and finds its spectrum by Lanczos, `batch_size` says how far noise in the
gradient bends it.

>>> import numpy as np
>>> from relulab import spectra
>>> float(spectra.leading(lambda v: np.arange(1.0, 6.0) * v, 5)[0].round(6)[0])
5.0
"""

from .curvature import Density, density, gauss_newton_product, hessian_product, lanczos, leading

__all__ = ["Density", "density", "gauss_newton_product", "hessian_product", "lanczos", "leading"]
