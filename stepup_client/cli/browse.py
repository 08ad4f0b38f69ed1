"""`stepup browse`: the stored graph in a browser, until Ctrl-C."""

from __future__ import annotations

import webbrowser

from stepup_client.cli.environment import project_root
from stepup_client.cli.launch import browse_database
from stepup_client.cli.options import BrowseCommand

__all__ = ("run_browse",)


def run_browse(command: BrowseCommand) -> int:
    """Serve the pages until interrupted, and return the exit code."""

    def listening(address: str) -> None:
        print(f"Serving {address} until Ctrl-C. The address is secret: it is all that one needs to read.", flush=True)
        if command.open_browser:
            _open(command.browser, address)

    browse_database(project_root(), command.port, listening)
    return 0


def _open(name: str, address: str) -> None:
    """Show an address in a browser; without one, the printed address has to do."""
    try:
        webbrowser.get(name or None).open(address)
    except webbrowser.Error:
        print("No browser was found: open the address yourself.", flush=True)
