"""PEM files that a site has made itself, instead of those of an invitation: read, and looked at.

What is wrong with them is told before they are used, in a line that names the option and the file; TLS would only say
that it failed. Import this module where it is needed, as `identity`.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from .identity import Credential, Identity, identity_from

__all__ = ("BadFile", "SiteFiles", "load_site_files", "member_from", "stamps_of")


class SiteFiles(NamedTuple):
    """Where the files are; each stands for an option of the command line."""

    ca: str
    """Certificates of the authorities that the other side's certificate may lead to."""
    certificate: str
    """Of this side; those between it and its authority may follow."""
    key: str
    """Of that certificate; closed to others."""


class BadFile(OSError):
    """A file is not what it has to be; the text says which, why and what to do."""


def load_site_files(files: SiteFiles, now: float) -> Credential:
    """Return what is in the files, if it can be used.

    Raises
    ------
    BadFile
        It cannot.
    """
    key = _read("--tls-key", files.key, is_secret=True)
    certificate = _read("--tls-cert", files.certificate)
    anchors = _read("--tls-ca", files.ca)
    own = _certificates("--tls-cert", files.certificate, certificate)[0]
    _check_time(f"--tls-cert {files.certificate}", own, now)
    for anchor in _certificates("--tls-ca", files.ca, anchors):
        _check_time(f"--tls-ca {files.ca}", anchor, now)
    if _public_of(files.key, key) != _raw(own.public_key()):
        raise BadFile(f"--tls-key {files.key}: it is not the key of the certificate in {files.certificate}.")
    return Credential(key, certificate, anchors)


def member_from(credential: Credential, files: SiteFiles, roles: tuple[str, ...]) -> Identity:
    """Return who a certificate is for.

    Raises
    ------
    BadFile
        It says no role, or none of those that are needed here.
    """
    found = identity_from(credential.certificate, None)
    if found is not None and found.role in roles:
        return found
    says = "it says no role" if found is None else f"it is for the {found.role} {found.name}"
    needed = " or ".join(f"stepup://{role}/NAME" for role in roles)
    raise BadFile(
        f"--tls-cert {files.certificate}: {says}. It needs the URI {needed} among its subject alternative names."
    )


def stamps_of(files: SiteFiles) -> tuple[tuple[int, int, int], ...] | None:
    """Return what changes when a file is replaced; None when one is not there at this moment."""
    try:
        found = [os.stat(path) for path in files]
    except OSError:
        return None
    return tuple((status.st_mtime_ns, status.st_ino, status.st_size) for status in found)


def _read(option: str, path: str, *, is_secret: bool = False) -> bytes:
    """Return the content of a file; a secret one must be closed to others."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read()
    except OSError as error:
        raise BadFile(f"{option} {path}: it cannot be read: {error.strerror}.") from error
    if is_secret and status.st_mode & _open_bits(status.st_uid):
        mode = stat.S_IMODE(status.st_mode)
        raise BadFile(f"{option} {path}: others may read it (mode {mode:o}). Close it: chmod 600 {path}")
    return content


def _open_bits(owner: int) -> int:
    """Return which bits of its mode a secret may not have: a file of the system's may be shared with a group."""
    return stat.S_IRWXO | stat.S_IWGRP if owner == 0 and os.getuid() != 0 else stat.S_IRWXO | stat.S_IRWXG


def _certificates(option: str, path: str, content: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise BadFile(f"{option} {path}: there is no certificate in PEM in it.") from error


def _check_time(which: str, certificate: x509.Certificate, now: float) -> None:
    """Refuse a certificate that is not valid now."""
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if ends <= moment:
        raise BadFile(f"{which}: the certificate has expired on {_told(ends)}. Have it renewed.")
    if begins > moment:
        raise BadFile(f"{which}: the certificate is not valid before {_told(begins)}. Is the clock right?")


def _told(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _public_of(path: str, key: bytes) -> bytes:
    """Return the public half of a private key in PEM."""
    try:
        return _raw(load_pem_private_key(key, None).public_key())
    except TypeError as error:
        raise BadFile(
            f"--tls-key {path}: it is protected by a passphrase, which nobody would be there to type."
            f" Write one without: openssl pkey -in {path} -out FILE"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadFile(f"--tls-key {path}: there is no private key in PEM in it.") from error


def _raw(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
