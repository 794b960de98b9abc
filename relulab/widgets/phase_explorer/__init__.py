"""A phase diagram that the reader runs.

`explorer` is the widget, `job` what it computes in Python, `still` its picture.
"""

from .explorer import PhaseExplorer

__all__ = ["PhaseExplorer"]
