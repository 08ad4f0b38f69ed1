"""What a service manager is told."""

from __future__ import annotations

import socket
from pathlib import Path

from stepup_server.notify import tell_service_manager


def test_a_manager_at_a_path_hears_it(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        assert tell_service_manager("READY=1", {"NOTIFY_SOCKET": path})
        assert manager.recv(100) == b"READY=1"


def test_a_manager_with_an_abstract_name_hears_it(tmp_path: Path) -> None:
    name = f"stepup-test-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        assert tell_service_manager("READY=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert manager.recv(100) == b"READY=1"


def test_without_a_manager_nothing_is_said() -> None:
    assert not tell_service_manager("READY=1", {})


def test_a_manager_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    assert not tell_service_manager("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
