"""For packages that build on StepUp: their example projects as tests; the same as `stepup_client.testing`."""

from __future__ import annotations

from stepup_client.testing import run_example, run_plan

__all__ = ("run_example", "run_plan")
