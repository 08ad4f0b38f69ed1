"""The driver of scripts that describe themselves, whose steps `stepup.core.api.script` declares."""

from __future__ import annotations

from stepup_client.script_driver import driver

__all__ = ("driver",)
