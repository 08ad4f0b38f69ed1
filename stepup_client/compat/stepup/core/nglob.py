"""Patterns with named wildcards, and what matches them."""

from __future__ import annotations

from stepup_client.core.globs import (
    NamedGlob,
    NamedGlobMatch,
    convert_nglob_to_glob,
    convert_nglob_to_regex,
    glob_base_dir,
    has_anonymous_wildcards,
    has_any_wildcards,
    has_trailing_recursive_wildcard,
    iter_wildcard_names,
)
from stepup_client.core.joined_globs import NGlobMatch, NGlobMulti

__all__ = (
    "NGlobMatch",
    "NGlobMulti",
    "NamedGlob",
    "NamedGlobMatch",
    "convert_nglob_to_glob",
    "convert_nglob_to_regex",
    "glob_base_dir",
    "has_anonymous_wildcards",
    "has_any_wildcards",
    "has_trailing_recursive_wildcard",
    "iter_wildcard_names",
)
