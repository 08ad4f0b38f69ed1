"""Who may call what: one table, which denies whatever it does not name."""

from __future__ import annotations

from stepup_server.engine.identities import Role

__all__ = ("ROLES", "may_call")

_GUEST, _PLAN, _WORKER, _VIEWER, _ADMIN = Role.GUEST, Role.PLAN, Role.WORKER, Role.VIEWER, Role.ADMIN

ROLES: dict[str, frozenset[Role]] = {
    "PlanService.Declare": frozenset({_PLAN, _ADMIN}),
    "PlanService.Glob": frozenset({_PLAN, _ADMIN}),
    "PlanService.Amend": frozenset({_PLAN, _ADMIN}),
    "PlanService.GetStepInfo": frozenset({_PLAN, _ADMIN}),
    "PlanService.Locate": frozenset({_PLAN, _ADMIN}),
    "DispatchService.Synchronize": frozenset({_WORKER, _ADMIN}),
    "DispatchService.SendOutput": frozenset({_WORKER, _ADMIN}),
    "ContentAddressableStorage.FindMissingBlobs": frozenset({_WORKER, _ADMIN}),
    "ContentAddressableStorage.BatchUpdateBlobs": frozenset({_WORKER, _ADMIN}),
    "ContentAddressableStorage.BatchReadBlobs": frozenset({_WORKER, _ADMIN}),
    "ByteStream.Read": frozenset({_WORKER, _ADMIN}),
    "ByteStream.Write": frozenset({_WORKER, _ADMIN}),
    "ByteStream.QueryWriteStatus": frozenset({_WORKER, _ADMIN}),
    "Capabilities.GetCapabilities": frozenset({_WORKER, _ADMIN}),
    "ControlService.Build": frozenset({_ADMIN}),
    "ControlService.Rebuild": frozenset({_ADMIN}),
    "ControlService.Wait": frozenset({_VIEWER, _ADMIN}),
    "ControlService.Drain": frozenset({_ADMIN}),
    "ControlService.DrainWorker": frozenset({_ADMIN}),
    "ControlService.CancelStep": frozenset({_ADMIN}),
    "ControlService.FollowOutput": frozenset({_VIEWER, _ADMIN}),
    "ControlService.Join": frozenset({_ADMIN}),
    "ControlService.Shutdown": frozenset({_ADMIN}),
    "ControlService.GetStatus": frozenset({_PLAN, _VIEWER, _ADMIN}),
    "ControlService.GetGraph": frozenset({_PLAN, _VIEWER, _ADMIN}),
    "ControlService.Explain": frozenset({_VIEWER, _ADMIN}),
    "ControlService.Events": frozenset({_VIEWER, _ADMIN}),
    "TrustService.Invite": frozenset({_ADMIN}),
    "TrustService.Enroll": frozenset({_GUEST}),
    "TrustService.Renew": frozenset({_WORKER, _VIEWER, _ADMIN}),
    "TrustService.Revoke": frozenset({_ADMIN}),
    "TrustService.ListIdentities": frozenset({_ADMIN}),
    "ServerReflection.ServerReflectionInfo": frozenset({_VIEWER, _ADMIN}),
}
"""Roles by method. A step is let in for its own attempt only; its worker passes its token on."""


def may_call(role: Role, method: str) -> bool:
    """Tell whether a role may call a method, such as `PlanService.Amend`."""
    return role in ROLES.get(method, frozenset())
