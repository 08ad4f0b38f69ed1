"""Telling a service manager that the director is ready, as systemd's sd_notify(3) describes it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

__all__ = ("tell_service_manager",)


def tell_service_manager(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send a line such as `READY=1` to whoever has started this process and wants to know; return whether it did.

    A manager that does not listen any more is no reason to stop serving.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    # An @ stands for the zero byte with which names begin that are not in the file system.
    name = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(state.encode(), name)
    except OSError:
        return False
    return True
