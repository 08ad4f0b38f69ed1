"""Somebody in between who pretends to be a director: right name, right protocol, an authority of his own."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
import time
from contextlib import suppress
from typing import Self

from stepup_shared.identity import Authority, make_authority, make_key

__all__ = ("Impostor",)


class Impostor:
    """Listens as a director does, and counts what those who believe him say."""

    def __init__(self) -> None:
        """Make an authority that only differs by its key, and listen at a free port."""
        self.connections = 0
        """How many have come."""
        self.heard = 0
        """How many bytes they have said behind the handshake, their own certificate included."""
        self._context = _context()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        """Where he listens."""
        self._thread = threading.Thread(target=self._serve, name="impostor", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        """End."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(20)

    def _serve(self) -> None:
        """Take one after the other, until nobody can come any more."""
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._listen_to(connection)

    def _listen_to(self, connection: socket.socket) -> None:
        """Note what somebody says who believes him."""
        connection.settimeout(20)
        with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as trusted:
            self.heard += len(trusted.getpeercert(binary_form=True) or b"")
            while piece := trusted.recv(65536):
                self.heard += len(piece)
        connection.close()


def _context() -> ssl.SSLContext:
    """Return a server's side of TLS with a certificate as a director has it."""
    now, key = time.time(), make_key()
    authority = Authority(*make_authority(now))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    # He would like to know who comes, and takes everybody who was let in by the authority of his own.
    context.load_verify_locations(cadata=authority.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    with tempfile.NamedTemporaryFile() as file:
        file.write(key + authority.issue_server(key, now, 3600.0))
        file.flush()
        context.load_cert_chain(file.name)
    return context
