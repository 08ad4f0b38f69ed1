"""`python -m stepup_client.cli`: the same as `stepup`."""

from __future__ import annotations

from stepup_client.cli.main import stepup

__all__ = ()

if __name__ == "__main__":
    stepup()
