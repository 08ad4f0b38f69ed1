"""The driver of scripts whose functions are steps, which `stepup.core.api.call` declares."""

from __future__ import annotations

from stepup_client.call_driver import driver

__all__ = ("driver",)
