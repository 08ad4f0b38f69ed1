"""An sshd on loopback, with keys and configuration of its own, and an `ssh` that knows nothing of the user's."""

from __future__ import annotations

import os
import pwd
import shlex
import socket
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Self

from tests.support.deadline import wait_until
from tests.support.tools import find_tool

__all__ = ("Sshd", "why_no_sshd")

_NEEDED = ("ssh", "sshd", "ssh-keygen")

_SERVER = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
{more}
"""
_CLIENT = """\
Host *
  IdentityFile {folder}/user
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  GlobalKnownHostsFile /dev/null
"""
_AS_ROOT = "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "
"""Root's sshd wants a directory that only a service makes; it gets one in a mount namespace of its own."""


@lru_cache
def why_no_sshd() -> str:
    """Return why there can be no sshd here; empty when there can."""
    missing = [name for name in _NEEDED if find_tool(name) is None]
    if missing:
        return f"{', '.join(missing)} not here (python -m tests.support.tools)"
    if os.geteuid() == 0:
        words = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/run"]
        tried = subprocess.run(words, check=False, capture_output=True)
        return "root's sshd needs a mount namespace here" if tried.returncode else ""
    return ""


class Sshd:
    """Serves this user on loopback, until the end of a block."""

    def __init__(self, folder: Path, more: str = "") -> None:
        """Make keys and configurations in a folder; `more` are lines for the server's."""
        folder.mkdir()
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
            """Where it listens."""
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
        (folder / "sshd_config").write_text(_SERVER.format(port=self.port, folder=folder, more=more))
        (folder / "config").write_text(_CLIENT.format(folder=folder))
        self.know()
        (folder / "bin").mkdir()
        ssh = folder / "bin/ssh"
        ssh.write_text(f'#!/bin/sh\necho $$ >> {folder}/pids\nexec {find_tool("ssh")} -F {folder}/config "$@"\n')
        ssh.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def variables(self) -> dict[str, str]:
        """By which programs find this `ssh`."""
        return {"PATH": f"{self._folder}/bin:{os.environ['PATH']}"}

    def url(self, root: Path, user: str = "") -> str:
        """Return where a project is."""
        path = "" if root == Path() else str(root)
        return f"ssh://{user or pwd.getpwuid(os.getuid()).pw_name}@127.0.0.1:{self.port}{path}"

    @property
    def destination(self) -> str:
        """Return for `ssh` where the server is."""
        return self.url(Path())

    def forget_key(self) -> None:
        """Take the user's key away, so that nobody else gets in."""
        (self._folder / "user").unlink()

    def know(self, key: str = "host") -> None:
        """Let the client know a key of the host."""
        public = (self._folder / f"{key}.pub").read_text()
        (self._folder / "known").write_text(f"[127.0.0.1]:{self.port} {public}")

    def configure(self, text: str) -> None:
        """Say more in the client's configuration."""
        (self._folder / "config").write_text(_CLIENT.format(folder=self._folder) + text)

    def pids(self) -> list[int]:
        """Return all clients that were started."""
        path = self._folder / "pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def sessions(self) -> list[int]:
        """Return the processes that serve those who are connected."""
        found: list[int] = []
        left = [] if self._process is None else [self._process.pid]
        while left:
            children = Path(f"/proc/{(pid := left.pop())}/task/{pid}/children").read_text().split()
            found += map(int, children)
            left += map(int, children)
        return [pid for pid in found if "sshd" in Path(f"/proc/{pid}/comm").read_text()]

    def __enter__(self) -> Self:
        """Listen."""
        words = f"{find_tool('sshd')} -D -f {shlex.quote(str(self._folder / 'sshd_config'))}"
        command = (
            ["unshare", "-m", "sh", "-c", _AS_ROOT + words] if os.geteuid() == 0 else ["sh", "-c", f"exec {words}"]
        )
        with (self._folder / "sshd.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._is_listening, "sshd listens", (self._folder / "sshd.log").read_text)
        return self

    def _is_listening(self) -> bool:
        with socket.socket() as trying:
            return trying.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_: object) -> None:
        """Listen no more; connections that are open stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
