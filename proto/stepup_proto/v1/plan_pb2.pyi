from stepup_proto.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeclareRequest(_message.Message):
    __slots__ = ("attempt", "batch", "declarations", "speaker", "awaited")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    DECLARATIONS_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    AWAITED_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    batch: int
    declarations: _containers.RepeatedCompositeFieldContainer[Declaration]
    speaker: int
    awaited: bool
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., batch: _Optional[int] = ..., declarations: _Optional[_Iterable[_Union[Declaration, _Mapping]]] = ..., speaker: _Optional[int] = ..., awaited: _Optional[bool] = ...) -> None: ...

class Declaration(_message.Message):
    __slots__ = ("source", "base", "static", "step", "directories", "environment", "hold", "deferred", "pool", "subprocess")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    STATIC_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    DIRECTORIES_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    DEFERRED_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    SUBPROCESS_FIELD_NUMBER: _ClassVar[int]
    source: _types_pb2.Source
    base: str
    static: StaticPaths
    step: StepDeclaration
    directories: DirectoryPaths
    environment: EnvironmentUse
    hold: HoldChange
    deferred: DeferredGlobs
    pool: Pool
    subprocess: SubprocessRecord
    def __init__(self, source: _Optional[_Union[_types_pb2.Source, _Mapping]] = ..., base: _Optional[str] = ..., static: _Optional[_Union[StaticPaths, _Mapping]] = ..., step: _Optional[_Union[StepDeclaration, _Mapping]] = ..., directories: _Optional[_Union[DirectoryPaths, _Mapping]] = ..., environment: _Optional[_Union[EnvironmentUse, _Mapping]] = ..., hold: _Optional[_Union[HoldChange, _Mapping]] = ..., deferred: _Optional[_Union[DeferredGlobs, _Mapping]] = ..., pool: _Optional[_Union[Pool, _Mapping]] = ..., subprocess: _Optional[_Union[SubprocessRecord, _Mapping]] = ...) -> None: ...

class StaticPaths(_message.Message):
    __slots__ = ("paths", "substitutions")
    class SubstitutionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PATHS_FIELD_NUMBER: _ClassVar[int]
    SUBSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    paths: _containers.RepeatedScalarFieldContainer[str]
    substitutions: _containers.ScalarMap[str, str]
    def __init__(self, paths: _Optional[_Iterable[str]] = ..., substitutions: _Optional[_Mapping[str, str]] = ...) -> None: ...

class DirectoryPaths(_message.Message):
    __slots__ = ("paths", "create")
    PATHS_FIELD_NUMBER: _ClassVar[int]
    CREATE_FIELD_NUMBER: _ClassVar[int]
    paths: _containers.RepeatedScalarFieldContainer[str]
    create: bool
    def __init__(self, paths: _Optional[_Iterable[str]] = ..., create: _Optional[bool] = ...) -> None: ...

class DeferredGlobs(_message.Message):
    __slots__ = ("patterns",)
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    patterns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, patterns: _Optional[_Iterable[str]] = ...) -> None: ...

class Pool(_message.Message):
    __slots__ = ("name", "units")
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    name: str
    units: int
    def __init__(self, name: _Optional[str] = ..., units: _Optional[int] = ...) -> None: ...

class EnvironmentUse(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class HoldChange(_message.Message):
    __slots__ = ("open",)
    OPEN_FIELD_NUMBER: _ClassVar[int]
    open: bool
    def __init__(self, open: _Optional[bool] = ...) -> None: ...

class SubprocessRecord(_message.Message):
    __slots__ = ("command", "workdir", "shell", "environment_overrides", "exit_code", "stdin", "stdout", "stderr")
    class EnvironmentOverridesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    WORKDIR_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    STDIN_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    command: str
    workdir: str
    shell: bool
    environment_overrides: _containers.ScalarMap[str, str]
    exit_code: int
    stdin: str
    stdout: str
    stderr: str
    def __init__(self, command: _Optional[str] = ..., workdir: _Optional[str] = ..., shell: _Optional[bool] = ..., environment_overrides: _Optional[_Mapping[str, str]] = ..., exit_code: _Optional[int] = ..., stdin: _Optional[str] = ..., stdout: _Optional[str] = ..., stderr: _Optional[str] = ...) -> None: ...

class StepDeclaration(_message.Message):
    __slots__ = ("command", "workdir", "inputs", "outputs", "volatiles", "environment", "need", "resources", "shell", "environment_overrides", "duration_s", "where", "timeout_s", "retries")
    class ResourcesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class EnvironmentOverridesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    WORKDIR_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    VOLATILES_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    NEED_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    RETRIES_FIELD_NUMBER: _ClassVar[int]
    command: str
    workdir: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    volatiles: _containers.RepeatedScalarFieldContainer[str]
    environment: _containers.RepeatedScalarFieldContainer[str]
    need: _types_pb2.Need
    resources: _containers.ScalarMap[str, int]
    shell: bool
    environment_overrides: _containers.ScalarMap[str, str]
    duration_s: float
    where: str
    timeout_s: float
    retries: int
    def __init__(self, command: _Optional[str] = ..., workdir: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., outputs: _Optional[_Iterable[str]] = ..., volatiles: _Optional[_Iterable[str]] = ..., environment: _Optional[_Iterable[str]] = ..., need: _Optional[_Union[_types_pb2.Need, str]] = ..., resources: _Optional[_Mapping[str, int]] = ..., shell: _Optional[bool] = ..., environment_overrides: _Optional[_Mapping[str, str]] = ..., duration_s: _Optional[float] = ..., where: _Optional[str] = ..., timeout_s: _Optional[float] = ..., retries: _Optional[int] = ...) -> None: ...

class DeclareResponse(_message.Message):
    __slots__ = ("statics", "warnings")
    STATICS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    statics: _containers.RepeatedCompositeFieldContainer[StaticResult]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, statics: _Optional[_Iterable[_Union[StaticResult, _Mapping]]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class StaticResult(_message.Message):
    __slots__ = ("index", "paths")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    index: int
    paths: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, index: _Optional[int] = ..., paths: _Optional[_Iterable[str]] = ...) -> None: ...

class GlobRequest(_message.Message):
    __slots__ = ("attempt", "source", "base", "pattern", "substitutions")
    class SubstitutionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    SUBSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    source: _types_pb2.Source
    base: str
    pattern: str
    substitutions: _containers.ScalarMap[str, str]
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., source: _Optional[_Union[_types_pb2.Source, _Mapping]] = ..., base: _Optional[str] = ..., pattern: _Optional[str] = ..., substitutions: _Optional[_Mapping[str, str]] = ...) -> None: ...

class GlobResponse(_message.Message):
    __slots__ = ("matches",)
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[GlobMatch]
    def __init__(self, matches: _Optional[_Iterable[_Union[GlobMatch, _Mapping]]] = ...) -> None: ...

class GlobMatch(_message.Message):
    __slots__ = ("path", "captures")
    class CapturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PATH_FIELD_NUMBER: _ClassVar[int]
    CAPTURES_FIELD_NUMBER: _ClassVar[int]
    path: str
    captures: _containers.ScalarMap[str, str]
    def __init__(self, path: _Optional[str] = ..., captures: _Optional[_Mapping[str, str]] = ...) -> None: ...

class AmendRequest(_message.Message):
    __slots__ = ("attempt", "source", "base", "inputs", "environment", "outputs", "volatiles")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    VOLATILES_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    source: _types_pb2.Source
    base: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    environment: _containers.RepeatedScalarFieldContainer[str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    volatiles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., source: _Optional[_Union[_types_pb2.Source, _Mapping]] = ..., base: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., environment: _Optional[_Iterable[str]] = ..., outputs: _Optional[_Iterable[str]] = ..., volatiles: _Optional[_Iterable[str]] = ...) -> None: ...

class AmendResponse(_message.Message):
    __slots__ = ("unavailable", "unfresh", "available")
    UNAVAILABLE_FIELD_NUMBER: _ClassVar[int]
    UNFRESH_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    unavailable: _containers.RepeatedScalarFieldContainer[str]
    unfresh: _containers.RepeatedScalarFieldContainer[str]
    available: _containers.RepeatedCompositeFieldContainer[_types_pb2.FileObservation]
    def __init__(self, unavailable: _Optional[_Iterable[str]] = ..., unfresh: _Optional[_Iterable[str]] = ..., available: _Optional[_Iterable[_Union[_types_pb2.FileObservation, _Mapping]]] = ...) -> None: ...

class GetStepInfoRequest(_message.Message):
    __slots__ = ("attempt",)
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ...) -> None: ...

class GetStepInfoResponse(_message.Message):
    __slots__ = ("command", "workdir", "inputs", "environment", "outputs", "volatiles")
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    WORKDIR_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    VOLATILES_FIELD_NUMBER: _ClassVar[int]
    command: str
    workdir: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    environment: _containers.RepeatedScalarFieldContainer[str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    volatiles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, command: _Optional[str] = ..., workdir: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., environment: _Optional[_Iterable[str]] = ..., outputs: _Optional[_Iterable[str]] = ..., volatiles: _Optional[_Iterable[str]] = ...) -> None: ...

class LocateRequest(_message.Message):
    __slots__ = ("attempt", "base", "paths", "patterns")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    attempt: _types_pb2.AttemptId
    base: str
    paths: _containers.RepeatedScalarFieldContainer[str]
    patterns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, attempt: _Optional[_Union[_types_pb2.AttemptId, _Mapping]] = ..., base: _Optional[str] = ..., paths: _Optional[_Iterable[str]] = ..., patterns: _Optional[_Iterable[str]] = ...) -> None: ...

class LocateResponse(_message.Message):
    __slots__ = ("files", "matches")
    FILES_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[_types_pb2.FileObservation]
    matches: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, files: _Optional[_Iterable[_Union[_types_pb2.FileObservation, _Mapping]]] = ..., matches: _Optional[_Iterable[str]] = ...) -> None: ...
