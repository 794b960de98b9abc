"""What an audit says when an inequality fails, and when it holds but is not proved."""


class AuditError(ValueError):
    """Evidence that does not prove its verdict; the message says which inequality fails."""


class NotProved(Exception):
    """An inequality that rounding leaves open: it may hold, but its error bound is too large to say."""


def require(what, left, relation, right):
    """Raise an AuditError unless the inequality holds."""
    if not _holds(left, relation, right):
        raise AuditError(f"{what} = {left:.10g} must be {relation} {right:.10g}")


def prove(what, left, relation, right):
    """Raise NotProved unless the inequality holds of two bounds."""
    if not _holds(left, relation, right):
        raise NotProved(f"{what} is only known to be {left:.10g}, and must be {relation} {right:.10g}")


def _holds(left, relation, right):
    return {"<=": left <= right, "<": left < right, ">": left > right, ">=": left >= right}[relation]
