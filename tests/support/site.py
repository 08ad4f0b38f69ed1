"""A site that makes its own certificates: an authority, and PEM files that it has signed."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ("DAY_S", "Site")

DAY_S = 24 * 3600.0


class Site:
    """An authority, which is not StepUp's."""

    def __init__(self, folder: Path, name: str = "Site") -> None:
        """Keep files in a folder."""
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._name, -DAY_S, DAY_S).public_key(self._key.public_key())
        certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.ca = self._write("ca.pem", _pem(certificate.sign(self._key, hashes.SHA256())))
        """Path of its certificate."""

    def issue(self, stem: str, *names: str, begins_s: float = -60.0, ends_s: float = DAY_S) -> tuple[str, str]:
        """Make a certificate for addresses and URIs; return the paths of it and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, stem)])
        builder = self._builder(subject, begins_s, ends_s).public_key(key.public_key())
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
        certificate = self._write(f"{stem}.pem", _pem(builder.sign(self._key, hashes.SHA256())))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return certificate, self._write(f"{stem}.key", private)

    def options(self, stem: str, *names: str, **times: float) -> list[str]:
        """Make a certificate, and return the options that name the files."""
        certificate, key = self.issue(stem, *names, **times)
        return ["--tls-ca", self.ca, "--tls-cert", certificate, "--tls-key", key]

    def _builder(self, subject: x509.Name, begins_s: float, ends_s: float) -> x509.CertificateBuilder:
        now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(seconds=begins_s))
            .not_valid_after(now + dt.timedelta(seconds=ends_s))
        )

    def _write(self, name: str, content: bytes) -> str:
        path = self._folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        return str(path)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.GeneralName:
    """Return an alternative name: a URI, or an address."""
    if "//" in text:
        return x509.UniformResourceIdentifier(text)
    return x509.IPAddress(ipaddress.ip_address(text))
