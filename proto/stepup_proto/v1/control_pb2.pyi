from stepup_proto.v1 import dispatch_pb2 as _dispatch_pb2
from stepup_proto.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BuildRequest(_message.Message):
    __slots__ = ("keep_going", "no_clean", "resources", "defer_cap", "workers_min", "explain_rerun", "ignore_durations", "targets", "watch", "watch_first")
    class ResourcesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    KEEP_GOING_FIELD_NUMBER: _ClassVar[int]
    NO_CLEAN_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    DEFER_CAP_FIELD_NUMBER: _ClassVar[int]
    WORKERS_MIN_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_RERUN_FIELD_NUMBER: _ClassVar[int]
    IGNORE_DURATIONS_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    WATCH_FIELD_NUMBER: _ClassVar[int]
    WATCH_FIRST_FIELD_NUMBER: _ClassVar[int]
    keep_going: bool
    no_clean: bool
    resources: _containers.ScalarMap[str, int]
    defer_cap: int
    workers_min: int
    explain_rerun: bool
    ignore_durations: bool
    targets: _containers.RepeatedScalarFieldContainer[str]
    watch: bool
    watch_first: bool
    def __init__(self, keep_going: _Optional[bool] = ..., no_clean: _Optional[bool] = ..., resources: _Optional[_Mapping[str, int]] = ..., defer_cap: _Optional[int] = ..., workers_min: _Optional[int] = ..., explain_rerun: _Optional[bool] = ..., ignore_durations: _Optional[bool] = ..., targets: _Optional[_Iterable[str]] = ..., watch: _Optional[bool] = ..., watch_first: _Optional[bool] = ...) -> None: ...

class BuildResponse(_message.Message):
    __slots__ = ("build", "events_before", "joined")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    EVENTS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    JOINED_FIELD_NUMBER: _ClassVar[int]
    build: int
    events_before: int
    joined: bool
    def __init__(self, build: _Optional[int] = ..., events_before: _Optional[int] = ..., joined: _Optional[bool] = ...) -> None: ...

class RebuildRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RebuildResponse(_message.Message):
    __slots__ = ("build",)
    BUILD_FIELD_NUMBER: _ClassVar[int]
    build: int
    def __init__(self, build: _Optional[int] = ...) -> None: ...

class WaitRequest(_message.Message):
    __slots__ = ("updated", "deleted")
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    updated: str
    deleted: str
    def __init__(self, updated: _Optional[str] = ..., deleted: _Optional[str] = ...) -> None: ...

class WaitResponse(_message.Message):
    __slots__ = ("return_code",)
    RETURN_CODE_FIELD_NUMBER: _ClassVar[int]
    return_code: int
    def __init__(self, return_code: _Optional[int] = ...) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DrainResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DrainWorkerRequest(_message.Message):
    __slots__ = ("workers", "wait")
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    workers: _containers.RepeatedScalarFieldContainer[str]
    wait: bool
    def __init__(self, workers: _Optional[_Iterable[str]] = ..., wait: _Optional[bool] = ...) -> None: ...

class DrainWorkerResponse(_message.Message):
    __slots__ = ("workers",)
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    workers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, workers: _Optional[_Iterable[str]] = ...) -> None: ...

class JoinRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class JoinResponse(_message.Message):
    __slots__ = ("return_code",)
    RETURN_CODE_FIELD_NUMBER: _ClassVar[int]
    return_code: int
    def __init__(self, return_code: _Optional[int] = ...) -> None: ...

class ShutdownRequest(_message.Message):
    __slots__ = ("level",)
    class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LEVEL_UNSPECIFIED: _ClassVar[ShutdownRequest.Level]
        LEVEL_DRAIN: _ClassVar[ShutdownRequest.Level]
        LEVEL_INTERRUPT: _ClassVar[ShutdownRequest.Level]
        LEVEL_KILL: _ClassVar[ShutdownRequest.Level]
    LEVEL_UNSPECIFIED: ShutdownRequest.Level
    LEVEL_DRAIN: ShutdownRequest.Level
    LEVEL_INTERRUPT: ShutdownRequest.Level
    LEVEL_KILL: ShutdownRequest.Level
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    level: ShutdownRequest.Level
    def __init__(self, level: _Optional[_Union[ShutdownRequest.Level, str]] = ...) -> None: ...

class ShutdownResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("phase", "stopping", "steps", "files", "workers", "running", "resources_held", "return_code", "pid", "root", "version", "checking", "waiting", "build", "events_before", "embedded", "watching")
    class StepsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class FilesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class ResourcesHeldEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    PHASE_FIELD_NUMBER: _ClassVar[int]
    STOPPING_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_HELD_FIELD_NUMBER: _ClassVar[int]
    RETURN_CODE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHECKING_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    EVENTS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    EMBEDDED_FIELD_NUMBER: _ClassVar[int]
    WATCHING_FIELD_NUMBER: _ClassVar[int]
    phase: str
    stopping: ShutdownRequest.Level
    steps: _containers.ScalarMap[str, int]
    files: _containers.ScalarMap[str, int]
    workers: _containers.RepeatedCompositeFieldContainer[WorkerStatus]
    running: _containers.RepeatedCompositeFieldContainer[RunningStep]
    resources_held: _containers.ScalarMap[str, int]
    return_code: int
    pid: int
    root: str
    version: str
    checking: _containers.RepeatedScalarFieldContainer[str]
    waiting: _containers.RepeatedCompositeFieldContainer[WaitingSteps]
    build: int
    events_before: int
    embedded: bool
    watching: bool
    def __init__(self, phase: _Optional[str] = ..., stopping: _Optional[_Union[ShutdownRequest.Level, str]] = ..., steps: _Optional[_Mapping[str, int]] = ..., files: _Optional[_Mapping[str, int]] = ..., workers: _Optional[_Iterable[_Union[WorkerStatus, _Mapping]]] = ..., running: _Optional[_Iterable[_Union[RunningStep, _Mapping]]] = ..., resources_held: _Optional[_Mapping[str, int]] = ..., return_code: _Optional[int] = ..., pid: _Optional[int] = ..., root: _Optional[str] = ..., version: _Optional[str] = ..., checking: _Optional[_Iterable[str]] = ..., waiting: _Optional[_Iterable[_Union[WaitingSteps, _Mapping]]] = ..., build: _Optional[int] = ..., events_before: _Optional[int] = ..., embedded: _Optional[bool] = ..., watching: _Optional[bool] = ...) -> None: ...

class WaitingSteps(_message.Message):
    __slots__ = ("kind", "text", "count", "example")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    text: str
    count: int
    example: str
    def __init__(self, kind: _Optional[str] = ..., text: _Optional[str] = ..., count: _Optional[int] = ..., example: _Optional[str] = ...) -> None: ...

class WorkerStatus(_message.Message):
    __slots__ = ("index", "name", "host", "pid", "slots", "connected", "holding", "finished", "labels", "cpus", "memory_bytes", "resources", "resources_held", "version", "workspace", "draining", "silent_s", "root")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ResourcesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class ResourcesHeldEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    HOLDING_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    CPUS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_HELD_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    SILENT_S_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    index: int
    name: str
    host: str
    pid: int
    slots: int
    connected: bool
    holding: int
    finished: int
    labels: _containers.ScalarMap[str, str]
    cpus: int
    memory_bytes: int
    resources: _containers.ScalarMap[str, int]
    resources_held: _containers.ScalarMap[str, int]
    version: str
    workspace: _dispatch_pb2.Workspace
    draining: bool
    silent_s: float
    root: str
    def __init__(self, index: _Optional[int] = ..., name: _Optional[str] = ..., host: _Optional[str] = ..., pid: _Optional[int] = ..., slots: _Optional[int] = ..., connected: _Optional[bool] = ..., holding: _Optional[int] = ..., finished: _Optional[int] = ..., labels: _Optional[_Mapping[str, str]] = ..., cpus: _Optional[int] = ..., memory_bytes: _Optional[int] = ..., resources: _Optional[_Mapping[str, int]] = ..., resources_held: _Optional[_Mapping[str, int]] = ..., version: _Optional[str] = ..., workspace: _Optional[_Union[_dispatch_pb2.Workspace, str]] = ..., draining: _Optional[bool] = ..., silent_s: _Optional[float] = ..., root: _Optional[str] = ...) -> None: ...

class RunningStep(_message.Message):
    __slots__ = ("attempt", "label", "worker", "elapsed_s", "transfers")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_S_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    label: str
    worker: int
    elapsed_s: float
    transfers: _types_pb2.Transfer
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., label: _Optional[str] = ..., worker: _Optional[int] = ..., elapsed_s: _Optional[float] = ..., transfers: _Optional[_Union[_types_pb2.Transfer, _Mapping]] = ...) -> None: ...

class GetGraphRequest(_message.Message):
    __slots__ = ("mermaid",)
    MERMAID_FIELD_NUMBER: _ClassVar[int]
    mermaid: bool
    def __init__(self, mermaid: _Optional[bool] = ...) -> None: ...

class GetGraphResponse(_message.Message):
    __slots__ = ("text", "provenance_dot", "dependency_dot", "mermaid")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_DOT_FIELD_NUMBER: _ClassVar[int]
    DEPENDENCY_DOT_FIELD_NUMBER: _ClassVar[int]
    MERMAID_FIELD_NUMBER: _ClassVar[int]
    text: str
    provenance_dot: str
    dependency_dot: str
    mermaid: str
    def __init__(self, text: _Optional[str] = ..., provenance_dot: _Optional[str] = ..., dependency_dot: _Optional[str] = ..., mermaid: _Optional[str] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("reasons",)
    REASONS_FIELD_NUMBER: _ClassVar[int]
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    def __init__(self, reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("depth", "kind", "text", "step", "path")
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    depth: int
    kind: str
    text: str
    step: str
    path: str
    def __init__(self, depth: _Optional[int] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., step: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class CancelStepRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelStepResponse(_message.Message):
    __slots__ = ("label", "attempt")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    label: str
    attempt: _types_pb2.AttemptId
    def __init__(self, label: _Optional[str] = ..., attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ...) -> None: ...

class FollowOutputRequest(_message.Message):
    __slots__ = ("name", "follow")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    name: str
    follow: bool
    def __init__(self, name: _Optional[str] = ..., follow: _Optional[bool] = ...) -> None: ...

class FollowOutputResponse(_message.Message):
    __slots__ = ("head", "stdout", "stderr", "end")
    HEAD_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    head: OutputHead
    stdout: bytes
    stderr: bytes
    end: OutputEnd
    def __init__(self, head: _Optional[_Union[OutputHead, _Mapping]] = ..., stdout: _Optional[bytes] = ..., stderr: _Optional[bytes] = ..., end: _Optional[_Union[OutputEnd, _Mapping]] = ...) -> None: ...

class OutputHead(_message.Message):
    __slots__ = ("label", "attempt", "running")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    label: str
    attempt: int
    running: bool
    def __init__(self, label: _Optional[str] = ..., attempt: _Optional[int] = ..., running: _Optional[bool] = ...) -> None: ...

class OutputEnd(_message.Message):
    __slots__ = ("text", "exit_code")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    text: str
    exit_code: int
    def __init__(self, text: _Optional[str] = ..., exit_code: _Optional[int] = ...) -> None: ...

class EventsRequest(_message.Message):
    __slots__ = ("after",)
    AFTER_FIELD_NUMBER: _ClassVar[int]
    after: int
    def __init__(self, after: _Optional[int] = ...) -> None: ...

class EventsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("sequence", "at", "tag", "text", "pages", "step", "progress", "build_end", "missed", "detail")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    BUILD_END_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    at: float
    tag: _types_pb2.Tag
    text: str
    pages: _containers.RepeatedCompositeFieldContainer[_types_pb2.Page]
    step: StepRef
    progress: Progress
    build_end: BuildEnd
    missed: int
    detail: bool
    def __init__(self, sequence: _Optional[int] = ..., at: _Optional[float] = ..., tag: _Optional[_Union[_types_pb2.Tag, str]] = ..., text: _Optional[str] = ..., pages: _Optional[_Iterable[_Union[_types_pb2.Page, _Mapping]]] = ..., step: _Optional[_Union[StepRef, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., build_end: _Optional[_Union[BuildEnd, _Mapping]] = ..., missed: _Optional[int] = ..., detail: _Optional[bool] = ...) -> None: ...

class StepRef(_message.Message):
    __slots__ = ("id", "label", "state", "worker", "wall_s", "transfer")
    ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    WALL_S_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    id: int
    label: str
    state: _types_pb2.StepState
    worker: int
    wall_s: float
    transfer: _types_pb2.Transfer
    def __init__(self, id: _Optional[int] = ..., label: _Optional[str] = ..., state: _Optional[_Union[_types_pb2.StepState, str]] = ..., worker: _Optional[int] = ..., wall_s: _Optional[float] = ..., transfer: _Optional[_Union[_types_pb2.Transfer, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("running", "done", "total", "checking", "slots", "left_s")
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    CHECKING_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    LEFT_S_FIELD_NUMBER: _ClassVar[int]
    running: int
    done: int
    total: int
    checking: int
    slots: int
    left_s: float
    def __init__(self, running: _Optional[int] = ..., done: _Optional[int] = ..., total: _Optional[int] = ..., checking: _Optional[int] = ..., slots: _Optional[int] = ..., left_s: _Optional[float] = ...) -> None: ...

class BuildEnd(_message.Message):
    __slots__ = ("build", "return_code", "executed", "skipped")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    RETURN_CODE_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    build: int
    return_code: int
    executed: int
    skipped: int
    def __init__(self, build: _Optional[int] = ..., return_code: _Optional[int] = ..., executed: _Optional[int] = ..., skipped: _Optional[int] = ...) -> None: ...
