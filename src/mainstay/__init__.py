"""Mainstay takes a model from the bench to production and keeps it earning its place there."""

__version__ = "0.1.0"
__all__: list[str] = []
