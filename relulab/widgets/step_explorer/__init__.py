"""A step of Metropolis and Hastings in n dimensions: its acceptance and its squared jump, exactly."""

from .explorer import StepExplorer

__all__ = ["StepExplorer"]
