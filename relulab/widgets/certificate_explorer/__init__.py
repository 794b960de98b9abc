"""A dual vector to drag, its inequalities in fractions, and a place to drop a saved verdict on."""

from .explorer import CertificateExplorer

__all__ = ["CertificateExplorer"]
