"""One channel to the director, and what to do when a call on it fails."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

import grpc

from stepup_client.errors import RPCClientUnusableError
from stepup_proto.v1 import control_pb2_grpc, plan_pb2_grpc
from stepup_shared.quiet import await_quiet, strangers
from stepup_shared.tokens import metadata_of

from .refusal import refused_from_wire, rpc_error_from_wire

__all__ = ("Connection", "ConnectionSettings", "Pick")

_Response = TypeVar("_Response")

_OPTIONS = (
    # The director is our own and speaks over a private socket; a graph may be long.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # A director that restarts is back within a second or two.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)

_RECONNECT_S_MAX = 10.0
"""How long a director that does not answer is asked again, if no other one may come. Every call is safe to repeat."""

_RENEWAL_S_MAX = 60.0
"""How long a worker may take to bring the tokens of a director that does not know those of the one before."""

_RECONNECT_PAUSE_S = 0.1

_PASSING = frozenset((grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED))
"""A director that has been restarted knows only the tokens that it has given to the workers since."""


class ConnectionSettings(NamedTuple):
    """Where the director is and how long it may take."""

    socket: str
    """Path of its Unix socket."""
    timeout_s: float | None
    """For calls that need not wait for anything; None: no limit."""
    token_file: str = ""
    """What is in it is shown at each call; its worker keeps it up to date."""
    outlives: bool = False
    """The caller goes on when the director dies, until its worker ends it: another director is waited for."""


class _Opened:
    """A channel with what is called on it."""

    def __init__(self, socket: str) -> None:
        self.strangers = strangers()
        """Threads that were there before."""
        self.channel = grpc.insecure_channel(f"unix:{socket}", options=_OPTIONS)
        self.plan = plan_pb2_grpc.PlanServiceStub(self.channel)
        self.control = control_pb2_grpc.ControlServiceStub(self.channel)


Pick: TypeAlias = "Callable[[_Opened], grpc.UnaryUnaryMultiCallable[Any, _Response]]"
"""Says which method is called."""


class Connection:
    """Calls the director; opens nothing before the first call."""

    def __init__(self, settings: ConnectionSettings) -> None:
        """Remember where the director is."""
        self._settings = settings
        self._opened: _Opened | None = None
        self._calls = 0
        """How many threads are calling."""
        self._lock = threading.Lock()

    def call(self, pick: Pick[_Response], request: object, name: str, *, may_wait: bool = False) -> _Response:
        """Make a call, again if the director cannot be reached for a moment.

        Raises
        ------
        Refused
            The director says no.
        RPCError
            Something is broken.
        RPCClientUnusableError
            It cannot be reached.
        """
        with self._lock:
            self._calls += 1
            self._opened = self._opened or _Opened(self._settings.socket)
            method = pick(self._opened)
        try:
            return self._call(method, request, name, None if may_wait else self._settings.timeout_s)
        finally:
            with self._lock:
                self._calls -= 1

    def _call(
        self,
        method: grpc.UnaryUnaryMultiCallable[Any, _Response],
        request: object,
        name: str,
        timeout_s: float | None,
    ) -> _Response:
        """Call until it is answered."""
        give_up_at = time.monotonic() + (math.inf if self._settings.outlives else _RECONNECT_S_MAX)
        renewed_at = math.inf
        while True:
            try:
                return method(request, timeout=timeout_s, metadata=metadata_of(self._token()))
            except grpc.RpcError as error:
                if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.UNAUTHENTICATED:
                    renewed_at = min(renewed_at, time.monotonic() + _RENEWAL_S_MAX)
                self._check_worth_repeating(error, name, min(give_up_at, renewed_at))
            time.sleep(_RECONNECT_PAUSE_S)

    def _check_worth_repeating(self, error: grpc.RpcError, name: str, give_up_at: float) -> None:
        """Raise what a failed call means, unless it may go well the next time."""
        refused = refused_from_wire(error)
        if refused is not None:
            raise refused from None
        if not isinstance(error, grpc.Call) or error.code() not in _PASSING:
            raise rpc_error_from_wire(name, error) from None
        if error.code() is grpc.StatusCode.UNAUTHENTICATED and (time.monotonic() >= give_up_at or not self._token()):
            raise rpc_error_from_wire(name, error) from None
        if time.monotonic() >= give_up_at:
            message = f"The director at {self._settings.socket} cannot be reached: {error.details()}"
            raise RPCClientUnusableError(message) from None

    def _token(self) -> str:
        """Return what to show: nothing when this process is no step, or has outlived it."""
        try:
            with open(self._settings.token_file, encoding="ascii") as file:
                return file.read()
        except OSError:
            return ""

    def close(self) -> None:
        """Close the channel; the next call opens another one. One that is being used stays."""
        with self._lock:
            opened = None if self._calls else self._opened
            self._opened = None if opened else self._opened
        if opened is not None:
            opened.channel.close()

    def rest(self) -> None:
        """Close the channel, and wait until gRPC has ended its threads, because this process is about to fork.

        A forked process inherits what gRPC believes about its threads, but no thread: its first call might wait for one
        of them for ever.
        """
        opened = self._opened
        if opened is None:
            return
        known = opened.strangers
        del opened
        self.close()
        await_quiet(known)
