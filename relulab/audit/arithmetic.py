"""What an audit says when an inequality fails."""


class AuditError(ValueError):
    """Evidence that does not prove its verdict; the message says which inequality fails."""


def require(what, left, relation, right):
    """Raise an AuditError unless the inequality holds."""
    holds = {"<=": left <= right, "<": left < right, ">": left > right, ">=": left >= right}[relation]
    if not holds:
        raise AuditError(f"{what} = {left:.10g} must be {relation} {right:.10g}")
