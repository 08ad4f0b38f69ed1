"""Paths as plans write them."""

from __future__ import annotations

from stepup_client.core.paths import (
    StrPath,
    apply_affixes,
    coerce_path,
    coerce_paths,
    get_affixes,
    make_path_out,
)

__all__ = ("StrPath", "apply_affixes", "coerce_path", "coerce_paths", "get_affixes", "make_path_out")
