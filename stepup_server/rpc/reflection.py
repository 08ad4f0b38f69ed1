"""Reflection: what clients that know nothing may learn of our services, by the table of roles like everything else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

from google.protobuf.descriptor import ServiceDescriptor
from grpc_reflection.v1alpha import reflection, reflection_pb2

__all__ = ("SERVICE", "SERVICE_NAME", "ReflectionServicer")

SERVICE = cast("ServiceDescriptor", reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"])
"""What is served."""
SERVICE_NAME: str = reflection.SERVICE_NAME
"""Its full name."""


class ReflectionServicer:
    """gRPC's own answers, behind our door."""

    def __init__(self, names: Iterable[str]) -> None:
        """Tell of some services."""
        # Its types are wrong: it is an asynchronous generator, and looks at no context.
        self._servicer: Any = reflection.aio.ReflectionServicer(service_names=names)

    async def server_reflection_info(
        self, requests: AsyncIterator[reflection_pb2.ServerReflectionRequest]
    ) -> AsyncIterator[reflection_pb2.ServerReflectionResponse]:
        """Answer what is asked about services and messages."""
        async for response in self._servicer.ServerReflectionInfo(requests, None):
            yield response
