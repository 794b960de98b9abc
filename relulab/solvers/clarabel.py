"""Handing a CVXPY program to Clarabel."""

import warnings


def run_clarabel(problem, options):
    """Solve a CVXPY problem; its status and what went wrong. An inaccurate solution says so in the status."""
    import cvxpy as cp

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Solution may be inaccurate")
        try:
            problem.solve(solver=cp.CLARABEL, **options)
        except cp.error.SolverError as error:
            return "solver_error", str(error)
    return problem.status, ""
