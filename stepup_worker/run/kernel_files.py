"""Small files in which the kernel tells of this machine."""

from __future__ import annotations

__all__ = ("read_kernel_file",)


def read_kernel_file(path: str) -> str:
    """Return what is in a file; empty when it is not there or cannot be read."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
