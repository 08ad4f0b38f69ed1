"""The director: owns the step graph and tells workers what to run."""

from __future__ import annotations

from stepup_shared import versions

__all__ = ("__version__",)

__version__ = versions.VERSION
"""Of the whole product."""
