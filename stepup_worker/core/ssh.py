"""A director behind ssh: where it is, which programs lead there, and what it means when they fail."""

from __future__ import annotations

import json
import re
import shlex
from typing import NamedTuple
from urllib.parse import unquote

__all__ = (
    "TOKEN_MARK",
    "Complaint",
    "Place",
    "cancel_words",
    "complaint_from",
    "discovery_words",
    "parse_place",
    "socket_from",
    "tunnel_words",
)

_PLACE = re.compile(
    r"ssh://(?:([^@/\s]+)@)?(\[[0-9A-Fa-f:.]+(?:%[0-9A-Za-z.-]+)?\]|[^@/:\s\[\]]+)(?::([0-9]+))?(/\S.*)"
)
_PORTS = 65536

_OPTIONS = (
    # Nobody is there to answer questions.
    "BatchMode=yes",
    "ConnectTimeout=15",
    # A link that was cut without a word ends ssh within half a minute.
    "ServerAliveInterval=10",
    "ServerAliveCountMax=2",
    # A connection that the user shares is used, but none is left behind.
    "ControlMaster=no",
    # What the user's configuration may say for sessions at a terminal.
    "RemoteCommand=none",
    "PermitLocalCommand=no",
)

_NOTE_MARK = "stepup-director:"
TOKEN_MARK = "stepup-token:"  # noqa: S105 -- stands in front of one
"""In front of what is meant for us: a shell's start-up files may say other things."""

_NO_DIRECTORY = 3
_SSH_FAILED = 255

_DISCOVER = f'test -d "$1" || exit {_NO_DIRECTORY}; printf {_NOTE_MARK}; exec cat "$1/.stepup/director.json"'
"""Says what the director says of itself."""
_HOLD = f'printf {TOKEN_MARK}; cat "$1" && echo && exec cat > /dev/null'
"""Says the owner's token, and ends when the worker does."""


class Place(NamedTuple):
    """Where the director is."""

    destination: str
    """For ssh: a host, or USER@HOST."""
    port: str
    """Empty: as the user's configuration says."""
    root: str
    """The project there, absolute."""


class Complaint(NamedTuple):
    """Why there is no way to the director."""

    text: str
    """For the user: one line."""
    is_final: bool
    """Trying again would not help."""


def parse_place(text: str) -> Place:
    """Read `ssh://[USER@]HOST[:PORT]/PROJECT`; ValueError when it is none."""
    match = _PLACE.fullmatch(text)
    user, host, port, root = ("", "", "", "") if match is None else (part or "" for part in match.groups())
    root = unquote(root)
    is_option = user.startswith("-") or host.startswith("-")
    if not host or is_option or not root.isprintable() or (port and not 0 < int(port) < _PORTS):
        raise ValueError("write ssh://[USER@]HOST[:PORT]/PROJECT, with the absolute path of the project there")
    host = host.strip("[]")
    return Place(f"{user}@{host}" if user else host, port, root.rstrip("/") or "/")


def discovery_words(place: Place) -> tuple[str, ...]:
    """Return the command that tells where the director's socket is."""
    return (*_ssh(place, "ClearAllForwardings=yes"), "--", place.destination, _remotely(_DISCOVER, place.root))


def tunnel_words(place: Place, local: str, remote: str) -> tuple[str, ...]:
    """Return the command that leads from a socket here to one there, and tells the owner's token."""
    options = ("StreamLocalBindMask=0177", "StreamLocalBindUnlink=yes")
    hold = _remotely(_HOLD, f"{remote}.token")
    return (*_ssh(place, *options), "-L", f"{local}:{remote}", "--", place.destination, hold)


def cancel_words(place: Place, local: str, remote: str) -> tuple[str, ...]:
    """Return the command that ends the forwarding in a connection which the user shares: it would outlive us there."""
    return (*_ssh(place), "-O", "cancel", "-L", f"{local}:{remote}", "--", place.destination)


def _ssh(place: Place, *more: str) -> tuple[str, ...]:
    options = [word for option in (*_OPTIONS, *more) for word in ("-o", option)]
    return ("ssh", "-T", *options, *(("-p", place.port) if place.port else ()))


def _remotely(script: str, argument: str) -> str:
    """Return a command for whatever shell the user has there."""
    return f"exec sh -c {shlex.quote(script)} sh {shlex.quote(argument)}"


def socket_from(output: str) -> str:
    """Return the path of the director's socket; empty when what was said tells of none."""
    try:
        note: object = json.loads(output.partition(_NOTE_MARK)[2])
    except ValueError:
        # Just being written.
        return ""
    match note:
        case {"socket": str(path)} if path.startswith("/") and ":" not in path:
            return path
        case _:
            return ""


_TRY = "Try: ssh -o BatchMode=yes {to} true"
_FAILURES = (
    ("Host key verification failed", "ssh does not know the key of {host}, or it has changed. Look: ssh {to}", True),
    (
        "Permission denied",
        "{host} asks for what nobody is there to type: it needs a key from ssh-agent, or one without a passphrase. "
        + _TRY,
        True,
    ),
    ("Could not resolve hostname", "Nobody knows a host called {host}.", True),
    ("Bad configuration option", "ssh does not understand its configuration: {words}", True),
    ("Too many authentication failures", "{host} has refused all keys of ssh-agent. Name one in ~/.ssh/config.", True),
)
"""What ssh says, what that means, and whether it is so for good."""


def complaint_from(place: Place, code: int, errors: str) -> Complaint:
    """Say why a command did not get through."""
    host = place.destination.rpartition("@")[2]
    words = _last_line(errors)
    if code == _NO_DIRECTORY:
        return Complaint(f"{place.root} on {host} is not a directory.", is_final=True)
    if code != _SSH_FAILED:
        more = "" if not words or "No such file" in words else f" ({words})"
        return Complaint(f"no director serves {place.root} on {host}{more}", is_final=False)
    to = f"-p {place.port} {place.destination}" if place.port else place.destination
    for sign, text, is_final in _FAILURES:
        if sign in errors:
            return Complaint(text.format(host=host, to=to, words=words), is_final)
    return Complaint(f"ssh does not reach {host}: {words or 'it says nothing'}", is_final=False)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
