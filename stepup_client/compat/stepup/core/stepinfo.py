"""Steps as they were declared, and in files; the same as `stepup_client.stepinfo`."""

from __future__ import annotations

from stepup_client.stepinfo import StepInfo, dump_step_info, load_step_info

__all__ = ("StepInfo", "dump_step_info", "load_step_info")
