"""Where the director is, as scripts of version 1 and 2 ask."""

from __future__ import annotations

from stepup_client.cli.interact import get_socket

__all__ = ("get_socket",)
