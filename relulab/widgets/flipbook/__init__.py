"""Pictures drawn beforehand, leafed through by a slider."""

from .book import Flipbook

__all__ = ["Flipbook"]
