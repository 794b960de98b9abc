"""Handing a CVXPY program to Clarabel."""


def run_clarabel(problem, options):
    """Solve a CVXPY problem; its status and what went wrong. An inaccurate solution says so in the status.

    Nothing is warned of: Python's filters of warnings belong to all threads, so they are left alone.
    """
    import cvxpy as cp

    try:
        data, chain, inverse = problem.get_problem_data(cp.CLARABEL, solver_opts=options)
        found = chain.invert(chain.solve_via_data(problem, data, solver_opts=options), inverse)
    except cp.error.SolverError as error:
        return "solver_error", str(error)
    except TypeError as error:
        if "unrecognized solver setting" not in str(error):
            raise
        raise ValueError(f"option is unknown: {error}") from None
    if found.status in cp.settings.ERROR:
        return "solver_error", "Clarabel failed; solver='newton' may not"
    problem.unpack(found)
    return problem.status, ""
