from stepup_proto.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Workspace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORKSPACE_UNSPECIFIED: _ClassVar[Workspace]
    WORKSPACE_SHARED_ROOT: _ClassVar[Workspace]
    WORKSPACE_OWN: _ClassVar[Workspace]
WORKSPACE_UNSPECIFIED: Workspace
WORKSPACE_SHARED_ROOT: Workspace
WORKSPACE_OWN: Workspace

class SynchronizeRequest(_message.Message):
    __slots__ = ("worker", "seen", "holding", "started", "finished", "transfers", "hindrances")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    HOLDING_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    HINDRANCES_FIELD_NUMBER: _ClassVar[int]
    worker: WorkerDescription
    seen: int
    holding: _containers.RepeatedCompositeFieldContainer[_types_pb2.AttemptId]
    started: _containers.RepeatedCompositeFieldContainer[AttemptStarted]
    finished: _containers.RepeatedCompositeFieldContainer[AttemptResult]
    transfers: _containers.RepeatedCompositeFieldContainer[_types_pb2.Transfer]
    hindrances: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, worker: _Optional[_Union[WorkerDescription, _Mapping]] = ..., seen: _Optional[int] = ..., holding: _Optional[_Iterable[_Union[_types_pb2.AttemptId, _Mapping]]] = ..., started: _Optional[_Iterable[_Union[AttemptStarted, _Mapping]]] = ..., finished: _Optional[_Iterable[_Union[AttemptResult, _Mapping]]] = ..., transfers: _Optional[_Iterable[_Union[_types_pb2.Transfer, _Mapping]]] = ..., hindrances: _Optional[_Iterable[str]] = ...) -> None: ...

class WorkerDescription(_message.Message):
    __slots__ = ("name", "incarnation", "host", "pid", "slots", "root", "version", "workspace", "labels", "cpus", "memory_bytes", "resources", "probe", "predecessor_end", "dial")
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
    NAME_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    CPUS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    PROBE_FIELD_NUMBER: _ClassVar[int]
    PREDECESSOR_END_FIELD_NUMBER: _ClassVar[int]
    DIAL_FIELD_NUMBER: _ClassVar[int]
    name: str
    incarnation: str
    host: str
    pid: int
    slots: int
    root: str
    version: str
    workspace: Workspace
    labels: _containers.ScalarMap[str, str]
    cpus: int
    memory_bytes: int
    resources: _containers.ScalarMap[str, int]
    probe: str
    predecessor_end: PredecessorEnd
    dial: int
    def __init__(self, name: _Optional[str] = ..., incarnation: _Optional[str] = ..., host: _Optional[str] = ..., pid: _Optional[int] = ..., slots: _Optional[int] = ..., root: _Optional[str] = ..., version: _Optional[str] = ..., workspace: _Optional[_Union[Workspace, str]] = ..., labels: _Optional[_Mapping[str, str]] = ..., cpus: _Optional[int] = ..., memory_bytes: _Optional[int] = ..., resources: _Optional[_Mapping[str, int]] = ..., probe: _Optional[str] = ..., predecessor_end: _Optional[_Union[PredecessorEnd, _Mapping]] = ..., dial: _Optional[int] = ...) -> None: ...

class PredecessorEnd(_message.Message):
    __slots__ = ("incarnation", "exit_code", "signal", "out_of_memory")
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_MEMORY_FIELD_NUMBER: _ClassVar[int]
    incarnation: str
    exit_code: int
    signal: int
    out_of_memory: OutOfMemory
    def __init__(self, incarnation: _Optional[str] = ..., exit_code: _Optional[int] = ..., signal: _Optional[int] = ..., out_of_memory: _Optional[_Union[OutOfMemory, _Mapping]] = ...) -> None: ...

class OutOfMemory(_message.Message):
    __slots__ = ("peak_bytes", "limit_bytes")
    PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    peak_bytes: int
    limit_bytes: int
    def __init__(self, peak_bytes: _Optional[int] = ..., limit_bytes: _Optional[int] = ...) -> None: ...

class AttemptStarted(_message.Message):
    __slots__ = ("attempt", "at")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    at: float
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., at: _Optional[float] = ...) -> None: ...

class SynchronizeResponse(_message.Message):
    __slots__ = ("sequence", "orders", "acknowledged", "leave", "tokens", "version", "lease_s", "epoch", "root", "scattered", "followed")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEASE_S_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    SCATTERED_FIELD_NUMBER: _ClassVar[int]
    FOLLOWED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    orders: _containers.RepeatedCompositeFieldContainer[Order]
    acknowledged: _containers.RepeatedCompositeFieldContainer[_types_pb2.AttemptId]
    leave: bool
    tokens: _containers.RepeatedCompositeFieldContainer[AttemptToken]
    version: str
    lease_s: float
    epoch: int
    root: str
    scattered: bool
    followed: _containers.RepeatedCompositeFieldContainer[Followed]
    def __init__(self, sequence: _Optional[int] = ..., orders: _Optional[_Iterable[_Union[Order, _Mapping]]] = ..., acknowledged: _Optional[_Iterable[_Union[_types_pb2.AttemptId, _Mapping]]] = ..., leave: _Optional[bool] = ..., tokens: _Optional[_Iterable[_Union[AttemptToken, _Mapping]]] = ..., version: _Optional[str] = ..., lease_s: _Optional[float] = ..., epoch: _Optional[int] = ..., root: _Optional[str] = ..., scattered: _Optional[bool] = ..., followed: _Optional[_Iterable[_Union[Followed, _Mapping]]] = ...) -> None: ...

class Followed(_message.Message):
    __slots__ = ("follow", "attempt")
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    follow: int
    attempt: _types_pb2.AttemptId
    def __init__(self, follow: _Optional[int] = ..., attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ...) -> None: ...

class SendOutputRequest(_message.Message):
    __slots__ = ("follow", "stdout_offset", "stdout", "stderr_offset", "stderr", "is_all")
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    STDOUT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDERR_OFFSET_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    IS_ALL_FIELD_NUMBER: _ClassVar[int]
    follow: int
    stdout_offset: int
    stdout: bytes
    stderr_offset: int
    stderr: bytes
    is_all: bool
    def __init__(self, follow: _Optional[int] = ..., stdout_offset: _Optional[int] = ..., stdout: _Optional[bytes] = ..., stderr_offset: _Optional[int] = ..., stderr: _Optional[bytes] = ..., is_all: _Optional[bool] = ...) -> None: ...

class SendOutputResponse(_message.Message):
    __slots__ = ("gone", "stdout_offset", "stderr_offset")
    GONE_FIELD_NUMBER: _ClassVar[int]
    STDOUT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    STDERR_OFFSET_FIELD_NUMBER: _ClassVar[int]
    gone: bool
    stdout_offset: int
    stderr_offset: int
    def __init__(self, gone: _Optional[bool] = ..., stdout_offset: _Optional[int] = ..., stderr_offset: _Optional[int] = ...) -> None: ...

class AttemptToken(_message.Message):
    __slots__ = ("attempt", "token", "life_s")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    LIFE_S_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    token: str
    life_s: float
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., token: _Optional[str] = ..., life_s: _Optional[float] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("attempt", "stop", "assignment")
    class Stop(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STOP_UNSPECIFIED: _ClassVar[Order.Stop]
        STOP_RECALL: _ClassVar[Order.Stop]
        STOP_INTERRUPT: _ClassVar[Order.Stop]
        STOP_KILL: _ClassVar[Order.Stop]
    STOP_UNSPECIFIED: Order.Stop
    STOP_RECALL: Order.Stop
    STOP_INTERRUPT: Order.Stop
    STOP_KILL: Order.Stop
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    stop: Order.Stop
    assignment: Assignment
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., stop: _Optional[_Union[Order.Stop, str]] = ..., assignment: _Optional[_Union[Assignment, _Mapping]] = ...) -> None: ...

class Assignment(_message.Message):
    __slots__ = ("command", "workdir", "shell", "inputs", "outputs", "volatiles", "environment", "need", "input_digest", "allowed_roots", "timeout_s")
    class EnvironmentEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    WORKDIR_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    VOLATILES_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    NEED_FIELD_NUMBER: _ClassVar[int]
    INPUT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_ROOTS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    command: str
    workdir: str
    shell: bool
    inputs: _containers.RepeatedCompositeFieldContainer[_types_pb2.FileObservation]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    volatiles: _containers.RepeatedScalarFieldContainer[str]
    environment: _containers.ScalarMap[str, str]
    need: _types_pb2.Need
    input_digest: str
    allowed_roots: _containers.RepeatedScalarFieldContainer[str]
    timeout_s: float
    def __init__(self, command: _Optional[str] = ..., workdir: _Optional[str] = ..., shell: _Optional[bool] = ..., inputs: _Optional[_Iterable[_Union[_types_pb2.FileObservation, _Mapping]]] = ..., outputs: _Optional[_Iterable[str]] = ..., volatiles: _Optional[_Iterable[str]] = ..., environment: _Optional[_Mapping[str, str]] = ..., need: _Optional[_Union[_types_pb2.Need, str]] = ..., input_digest: _Optional[str] = ..., allowed_roots: _Optional[_Iterable[str]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class AttemptResult(_message.Message):
    __slots__ = ("attempt", "exit_code", "signal", "not_started", "timed_out", "hindered", "stdout", "stderr", "outputs", "changed_inputs", "wall_s", "cpu_s", "rss_bytes_max", "at", "used_inputs", "used_environment", "volatiles", "missing_inputs", "out_of_memory", "contents")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    NOT_STARTED_FIELD_NUMBER: _ClassVar[int]
    TIMED_OUT_FIELD_NUMBER: _ClassVar[int]
    HINDERED_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_INPUTS_FIELD_NUMBER: _ClassVar[int]
    WALL_S_FIELD_NUMBER: _ClassVar[int]
    CPU_S_FIELD_NUMBER: _ClassVar[int]
    RSS_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    USED_INPUTS_FIELD_NUMBER: _ClassVar[int]
    USED_ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    VOLATILES_FIELD_NUMBER: _ClassVar[int]
    MISSING_INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_MEMORY_FIELD_NUMBER: _ClassVar[int]
    CONTENTS_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    exit_code: int
    signal: int
    not_started: str
    timed_out: float
    hindered: str
    stdout: bytes
    stderr: bytes
    outputs: _containers.RepeatedCompositeFieldContainer[_types_pb2.FileObservation]
    changed_inputs: _containers.RepeatedCompositeFieldContainer[_types_pb2.FileObservation]
    wall_s: float
    cpu_s: float
    rss_bytes_max: int
    at: float
    used_inputs: _containers.RepeatedScalarFieldContainer[str]
    used_environment: _containers.RepeatedScalarFieldContainer[str]
    volatiles: _containers.RepeatedCompositeFieldContainer[_types_pb2.FileObservation]
    missing_inputs: _containers.RepeatedScalarFieldContainer[str]
    out_of_memory: OutOfMemory
    contents: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., exit_code: _Optional[int] = ..., signal: _Optional[int] = ..., not_started: _Optional[str] = ..., timed_out: _Optional[float] = ..., hindered: _Optional[str] = ..., stdout: _Optional[bytes] = ..., stderr: _Optional[bytes] = ..., outputs: _Optional[_Iterable[_Union[_types_pb2.FileObservation, _Mapping]]] = ..., changed_inputs: _Optional[_Iterable[_Union[_types_pb2.FileObservation, _Mapping]]] = ..., wall_s: _Optional[float] = ..., cpu_s: _Optional[float] = ..., rss_bytes_max: _Optional[int] = ..., at: _Optional[float] = ..., used_inputs: _Optional[_Iterable[str]] = ..., used_environment: _Optional[_Iterable[str]] = ..., volatiles: _Optional[_Iterable[_Union[_types_pb2.FileObservation, _Mapping]]] = ..., missing_inputs: _Optional[_Iterable[str]] = ..., out_of_memory: _Optional[_Union[OutOfMemory, _Mapping]] = ..., contents: _Optional[_Iterable[bytes]] = ...) -> None: ...
