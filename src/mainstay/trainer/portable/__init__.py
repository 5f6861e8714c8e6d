"""Importers of the portable form; they run in the model's own process, which loads them by path.

Standard library and NumPy only, relative imports only: Mainstay is not installed there.
"""

from .importing import imported

__all__ = ["imported"]
