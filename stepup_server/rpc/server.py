"""The gRPC server: our services, health checking and reflection, on a Unix socket that only this user can reach."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

import grpc
import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from stepup_proto.v1 import control_pb2 as control
from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_proto.v1 import plan_pb2 as plan
from stepup_proto.v1 import trust_pb2 as trust
from stepup_server.core.events import MemberRevoked
from stepup_server.engine.blobs import Blobs
from stepup_server.engine.engine import Engine
from stepup_server.engine.identities import Trust
from stepup_server.engine.ports import Archive, Feed
from stepup_shared.keepalive import SERVER_OPTIONS

from . import reflection
from .callers import Door
from .control import ControlServicer
from .dispatch import DispatchServicer
from .handlers import handlers_of
from .limits import WIRE_BYTES_MAX
from .plan import PlanServicer
from .tokens import AttemptTokens
from .trust import TrustServicer

__all__ = ("Doors", "serving")

GRACE_S = 1.0
"""How long open streams may take to end."""

OPTIONS = (
    *SERVER_OPTIONS,
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", WIRE_BYTES_MAX),
)


@asynccontextmanager
async def serving(
    engine: Engine, feed: Feed, blobs: Blobs, archive: Archive, *, doors: Doors, version: str
) -> AsyncGenerator[None]:
    """Listen on a Unix socket, and to others if there is a registry of them; stop gracefully at the end."""
    registry = doors.registry
    tokens = AttemptTokens(doors.token_life_s, time.monotonic)
    door = Door(
        doors.token,
        tokens,
        check_attempt=engine.director.desk.current_attempt,
        identify=None if registry is None else registry.caller_of,
    )
    server = grpc.aio.server(options=OPTIONS)
    services: dict[ServiceDescriptor, object] = {
        plan.DESCRIPTOR.services_by_name["PlanService"]: PlanServicer(engine, blobs),
        dispatch.DESCRIPTOR.services_by_name["DispatchService"]: DispatchServicer(engine, blobs, tokens),
        control.DESCRIPTOR.services_by_name["ControlService"]: ControlServicer(engine, feed, archive, version),
        trust.DESCRIPTOR.services_by_name["TrustService"]: TrustServicer(engine, registry, door.expel),
    }
    if engine.director.desk.settings.moves_files:
        services |= _services_of_files(blobs)
    names = [service.full_name for service in services]
    services[reflection.SERVICE] = reflection.ReflectionServicer((*names, health.SERVICE_NAME, reflection.SERVICE_NAME))
    server.add_generic_rpc_handlers(
        tuple(handlers_of(service, servicer, door) for service, servicer in services.items())
    )
    await _add_health(server, names)
    server.add_insecure_port(f"unix:{doors.socket}")
    if registry is not None:
        server.add_secure_port(doors.listen, _credentials(registry))
    for name in () if registry is None else registry.revoked():
        # Should the director before this one have died in between.
        engine.tell(MemberRevoked(name=name))
    await server.start()
    try:
        yield
    finally:
        await server.stop(GRACE_S)


def _services_of_files(blobs: Blobs) -> dict[ServiceDescriptor, object]:
    """Return what workers need that do not see the project's files."""
    # A director of one build has no such workers, and need not pay for loading all this.
    from stepup_proto.reapi import bytestream_pb2, remote_execution_pb2

    from .bytestream import ByteStreamServicer
    from .storage import CapabilitiesServicer, StorageServicer

    services = remote_execution_pb2.DESCRIPTOR.services_by_name
    return {
        services["ContentAddressableStorage"]: StorageServicer(blobs),
        services["Capabilities"]: CapabilitiesServicer(),
        bytestream_pb2.DESCRIPTOR.services_by_name["ByteStream"]: ByteStreamServicer(blobs),
    }


class Doors(NamedTuple):
    """Where a director listens."""

    socket: str
    """Path of the Unix socket."""
    token: str
    """The owner's."""
    token_life_s: float
    """For how long the token of an attempt is good."""
    listen: str = ""
    """HOST:PORT for others."""
    registry: Trust | None = None
    """Who may come there; None: nobody."""


def _credentials(registry: Trust) -> grpc.ServerCredentials:
    """Accept nobody without a certificate; who is accepted may change at any time."""

    def configuration() -> grpc.ServerCertificateConfiguration:
        key, certificate, anchors = registry.configuration()
        return grpc.ssl_server_certificate_configuration([(key, certificate)], root_certificates=anchors)

    return grpc.dynamic_ssl_server_credentials(configuration(), configuration, require_client_authentication=True)


async def _add_health(server: grpc.aio.Server, names: list[str]) -> None:
    """Answer health checks: serving, for the server and for each service."""
    servicer = health.aio.HealthServicer()
    for name in ("", *names):
        await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
