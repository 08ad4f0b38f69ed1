"""How a refusal of the director travels beside the status of a call."""

from __future__ import annotations

__all__ = ("REFUSAL_KEY",)

REFUSAL_KEY = "stepup-refusal-bin"
"""Under which name it stands in the trailing metadata, as a serialized `Refusal`."""
