"""What a pattern matched, with what its named wildcards stand for."""

from __future__ import annotations

from stepup_client.core.globs import NamedGlob, NamedGlobMatch

__all__ = ("NamedGlob", "NamedGlobMatch")
