"""How much a step is wanted."""

from __future__ import annotations

from stepup_client.core.declarations import Need

__all__ = ("Need",)
