"""What a plan gets back for a step that it declared."""

from __future__ import annotations

from stepup_client.core.stepinfo import StepInfo

__all__ = ("StepInfo",)
