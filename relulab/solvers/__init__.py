"""Numerics that know arrays, not networks.

`arrays`, `inverses` and `factors` are for any array library, `clarabel` hands programs over. `newton`,
`whitening`, `central_path`, `projections` and `lagrangian` solve group-l1 programs to high accuracy,
`group_newton` those of few groups, `iteration` and `headstart` are ADMM, which finds its way to the
neighborhood. For sums of signed vectors `sign_bounds` says how long they can get, and `ball_constraints`
keeps them short.

>>> import numpy as np
>>> from relulab.solvers.arrays import norm
>>> bool(np.isclose(norm(np.array([3e200, 4e200])), 5e200))
True
"""
