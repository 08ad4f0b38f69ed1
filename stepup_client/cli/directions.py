"""Which director is meant: that of the project, or one on another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stepup_client.cli.discover import director_or_database, wait_for_director
from stepup_client.cli.environment import project_root

if TYPE_CHECKING:
    from stepup_client.rpc.ways import Elsewhere, Way

__all__ = ("way_or_database", "way_to_director")


def way_to_director(address: str) -> Way:
    """Return how to reach a director: the one at an address, or else the project's, which gets a moment to appear."""
    return _elsewhere(address) if address else wait_for_director(project_root()).socket


def way_or_database(address: str) -> Way | None:
    """Return how to reach a director; None when only the database of the project can answer."""
    return _elsewhere(address) if address else director_or_database(project_root())


def _elsewhere(address: str) -> Elsewhere:
    # Here because whoever stays on this machine needs neither gRPC's TLS nor keys.
    from stepup_client.cli.elsewhere import way_to

    return way_to(address)
