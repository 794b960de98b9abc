"""A small phase diagram over all patterns, decided in the page: the ReLU network and its relaxation."""

from .explorer import WholeExplorer

__all__ = ["WholeExplorer"]
