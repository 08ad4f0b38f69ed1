"""The words for states, needs and exit codes; the same as `stepup_client.enums`."""

from __future__ import annotations

from stepup_client.enums import FileRole, FileState, Need, ReturnCode, StepState

__all__ = ("FileRole", "FileState", "Need", "ReturnCode", "StepState")
