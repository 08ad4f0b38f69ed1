"""What a plan imports: `from stepup_client.api import step, static`."""

from __future__ import annotations

__all__ = ()
