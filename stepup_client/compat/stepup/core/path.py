"""Paths as plans write them; the same as `stepup_client.paths`."""

from __future__ import annotations

from stepup_client.paths import (
    StrPath,
    apply_affixes,
    coerce_path,
    coerce_paths,
    coerce_paths2,
    coerce_str,
    dir_range_upper,
    format_local_executable,
    get_affixes,
    get_here,
    get_root,
    get_stepup_root,
    make_path_out,
    parent_dir,
    short_path,
    translate,
    translate_back,
)

__all__ = (
    "StrPath",
    "apply_affixes",
    "coerce_path",
    "coerce_paths",
    "coerce_paths2",
    "coerce_str",
    "dir_range_upper",
    "format_local_executable",
    "get_affixes",
    "get_here",
    "get_root",
    "get_stepup_root",
    "make_path_out",
    "parent_dir",
    "short_path",
    "translate",
    "translate_back",
)
