"""The three options by which a site names PEM files of its own, as programs find them on their command lines."""

from __future__ import annotations

import argparse
import os

__all__ = ("site_files_from",)


def site_files_from(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, str, str] | None:
    """Return the paths of authorities, certificate and key, absolute; None when there are none of them."""
    files = (chosen.tls_ca, chosen.tls_cert, chosen.tls_key)
    if not any(files):
        return None
    if not all(files):
        parser.error("--tls-ca, --tls-cert and --tls-key belong together: give all three, or none")
    ca, certificate, key = map(os.path.abspath, files)
    return ca, certificate, key
