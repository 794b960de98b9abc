"""A dual vector of rows in the plane as two zonotopes, and the distance between them."""

from .explorer import ZonotopeExplorer

__all__ = ["ZonotopeExplorer"]
