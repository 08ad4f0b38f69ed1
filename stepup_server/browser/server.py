"""The server of the pages: for this machine only, and only for those who were given its address.

It listens on 127.0.0.1. Other users of the machine do not know the token in the address, and pages of other sites
that let a browser ask for ours (DNS rebinding) do not name our host. Nothing can be changed through it.
"""

from __future__ import annotations

import importlib.resources
import secrets
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from stepup_server.engine.ports import JournalFailed

from .pages import BASE, PageMissing, error_page, page_for
from .project import StoredProject

__all__ = ("make_server", "serve")

HOST = "127.0.0.1"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def serve(root: str, port: int, listening: Callable[[str], None]) -> None:
    """Serve the pages of a project until interrupted; tell the address when it can be used.

    Raises
    ------
    OSError
        The port is taken, or may not be used.
    JournalFailed
        The database cannot be read.
    """
    project = StoredProject(root)
    project.director()
    with make_server(project, port, secrets.token_urlsafe(16)) as server:
        listening(f"http://{HOST}:{server.server_port}/{server.token}/")
        server.serve_forever()


def make_server(project: StoredProject, port: int, token: str) -> PageServer:
    """Return a server that listens; port 0: any that is free."""
    return PageServer((HOST, port), partial(_Handler, project, token), token)


class PageServer(ThreadingHTTPServer):
    """A server that knows the token of its addresses."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: Callable[..., _Handler], token: str) -> None:
        super().__init__(address, handler)
        self.token = token


class _Handler(BaseHTTPRequestHandler):
    """Answers one request after the other of a browser."""

    def __init__(self, project: StoredProject, token: str, *about: object) -> None:
        self._project = project
        self._token = token
        super().__init__(*about)  # type: ignore[arg-type]  # as the server calls it

    server_version = "stepup"
    sys_version = ""

    def do_GET(self) -> None:  # the name is the one of http.server
        """Answer with a page."""
        address = urlsplit(self.path)
        token, *path = (unquote(part) for part in address.path.removeprefix("/").split("/"))
        if not self._is_our_host() or not secrets.compare_digest(token.encode(), self._token.encode()):
            self._answer(HTTPStatus.FORBIDDEN, error_page("Use the address that `stepup browse` has printed."))
        elif path == ["style.css"]:
            style = importlib.resources.files(__package__ or "").joinpath("style.css").read_text(encoding="utf-8")
            self._answer(HTTPStatus.OK, style, "text/css")
        else:
            self._show(tuple(part for part in path if part), dict(parse_qsl(address.query)))

    def _is_our_host(self) -> bool:
        """Tell whether the browser means us, and not a name that somebody else has made lead here."""
        _, port = self.connection.getsockname()
        return self.headers.get("Host", "") in {f"{HOST}:{port}", f"localhost:{port}"}

    def _show(self, path: tuple[str, ...], query: dict[str, str]) -> None:
        """Answer with the page at a path, or with what is wrong."""
        try:
            self._answer(HTTPStatus.OK, page_for(self._project, path, query))
        except PageMissing as error:
            self._answer(HTTPStatus.NOT_FOUND, error_page(str(error)))
        except JournalFailed as error:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, error_page(str(error)))

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/html") -> None:
        """Send a document."""
        data = text.replace(BASE, f"/{self._token}/").encode("utf-8", "replace")
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": f"{kind}; charset=utf-8"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the one of http.server
        """Stay silent: the terminal belongs to the user."""
