"""Which rows depend on others, decided in fractions: no rounded number shows that.

Small integers, repeated rows and few patterns make matrices of exactly low rank. What is needed of them is
proved on rows on which the others depend.
"""

from fractions import Fraction

from .arithmetic import NotProved

MOST = 60  # rows up to which elimination in fractions is worth its time


def independent(rows, what):
    """The positions of rows on which the others depend, the first ones.

    Parameters
    ----------
    rows : sequence of sequence of Fraction
        A matrix.
    what : str
        What it is, for the message.

    Returns
    -------
    list of int
        As many as its rank.
    """
    if len(rows) > MOST:
        raise NotProved(f"{what}: too large to find its rank in fractions")
    pivots, kept = [], []
    for i, row in enumerate(rows):
        row = list(row)
        for column, pivot in pivots:
            if row[column]:
                share = row[column] / pivot[column]
                row = [a - share * b for a, b in zip(row, pivot, strict=True)]
        column = next((c for c, a in enumerate(row) if a), None)
        if column is not None:
            pivots.append((column, row))
            kept.append(i)
    return kept


def independent_rows(A, what):
    """The same of a float64 matrix."""
    return independent([[Fraction(a) for a in row] for row in A.tolist()], what)


def independent_in_gram(X, both, what):
    """The rows of ``(X X^T) o both`` on which the others depend, X in float64, both in whole numbers."""
    if len(X) > MOST:
        raise NotProved(f"{what}: too large to find its rank in fractions")
    rows = [[Fraction(x) for x in row] for row in X.tolist()]
    gram = [
        [dot(x, z) * int(m) for z, m in zip(rows, line, strict=True)]
        for x, line in zip(rows, both.tolist(), strict=True)
    ]
    return independent(gram, what)


def shortest_solution(rows, values, what):
    """The shortest v with ``rows v = values``, in fractions; NotProved where there is none.

    Parameters
    ----------
    rows : list of list of Fraction
        The equations, of any rank.
    values : list of Fraction
        Their right-hand sides.
    what : str
        What they are, for the message.

    Returns
    -------
    list of Fraction
        The solution.
    """
    kept = independent(rows, what)
    chosen = [rows[i] for i in kept]
    gram = [[dot(a, b) for b in chosen] + [values[i]] for i, a in zip(kept, chosen, strict=True)]
    for i, pivot in enumerate(gram):
        pivot[:] = [a / pivot[i] for a in pivot]
        for row in gram:
            if row is not pivot and row[i]:
                row[:] = [a - row[i] * b for a, b in zip(row, pivot, strict=True)]
    shares = [row[-1] for row in gram]
    solution = [dot(shares, column) for column in zip(*chosen, strict=True)]
    if any(dot(row, solution) != value for row, value in zip(rows, values, strict=True)):
        raise NotProved(f"{what}: no weights give these values exactly")
    return solution


def dot(a, b):
    """The product of two vectors of fractions."""
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))
