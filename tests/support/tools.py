"""The programs that tests of faults need besides Python: which are here, and how the others get here.

Run as `python -m tests.support.tools [--install]`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ("find_tool", "main", "missing_tools")

TOOLS = {
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "strace": "strace",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "unshare": "util-linux",
    "faketime": "faketime",
}
"""Programs, and the Debian packages that have them."""

_MORE_PLACES = "/usr/sbin:/sbin"
"""Where programs for administrators are, which not everybody has in PATH."""


def find_tool(name: str) -> str | None:
    """Return where a program is; None when it is not here."""
    return shutil.which(name) or shutil.which(name, path=_MORE_PLACES)


def missing_tools() -> dict[str, str]:
    """Return what is not here: programs, and the packages that have them."""
    return {name: package for name, package in TOOLS.items() if find_tool(name) is None}


def main() -> int:
    """Say what is missing, and install it when asked to, by apt-get as root."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--install", action="store_true", help="install what is missing by apt-get, as root")
    missing = missing_tools()
    if parser.parse_args().install and missing:
        _install(sorted(set(missing.values())))
        missing = missing_tools()
    for name, package in missing.items():
        print(f"{name} is not here (Debian package {package}): tests that need it will be skipped.")
    if os.geteuid() != 0:
        print("Not root: tests that need network namespaces will be skipped.")
    return 0


def _install(packages: list[str]) -> None:
    """Install packages where that is possible."""
    apt = find_tool("apt-get")
    if apt is None or os.geteuid() != 0 or not Path("/var/lib/dpkg").exists():
        print(f"Install them yourself, this needs root and apt-get: {' '.join(packages)}")
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "--quiet"], check=False, env=environment)
    subprocess.run([apt, "install", "--yes", "--no-install-recommends", *packages], check=False, env=environment)


if __name__ == "__main__":
    sys.exit(main())
