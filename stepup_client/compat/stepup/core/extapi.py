"""For those who write tools that run as steps; the same as `stepup_client.extapi`."""

from __future__ import annotations

from stepup_client.extapi import (
    child_env,
    filter_dependencies,
    get_local_import_paths,
    record_subprocess,
    run_subprocess,
)

__all__ = ("child_env", "filter_dependencies", "get_local_import_paths", "record_subprocess", "run_subprocess")
