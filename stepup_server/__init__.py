"""The director: owns the step graph and tells workers what to run."""

from __future__ import annotations

__all__ = ("__version__",)

__version__ = "0.1.0"
"""Of the whole product; the build reads it from here."""
