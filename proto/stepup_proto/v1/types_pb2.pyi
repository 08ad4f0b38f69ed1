from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PathKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PATH_KIND_UNSPECIFIED: _ClassVar[PathKind]
    PATH_KIND_FILE: _ClassVar[PathKind]
    PATH_KIND_DIRECTORY: _ClassVar[PathKind]
    PATH_KIND_MISSING: _ClassVar[PathKind]
    PATH_KIND_SPECIAL: _ClassVar[PathKind]
    PATH_KIND_UNREADABLE: _ClassVar[PathKind]
    PATH_KIND_LINK: _ClassVar[PathKind]
    PATH_KIND_SPARSE: _ClassVar[PathKind]

class Need(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NEED_UNSPECIFIED: _ClassVar[Need]
    NEED_OPTIONAL: _ClassVar[Need]
    NEED_DEFAULT: _ClassVar[Need]
    NEED_TARGET: _ClassVar[Need]
    NEED_PLAN: _ClassVar[Need]

class StepState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_STATE_UNSPECIFIED: _ClassVar[StepState]
    STEP_STATE_PENDING: _ClassVar[StepState]
    STEP_STATE_CHECKING: _ClassVar[StepState]
    STEP_STATE_RUNNING: _ClassVar[StepState]
    STEP_STATE_SUCCEEDED: _ClassVar[StepState]
    STEP_STATE_FAILED: _ClassVar[StepState]

class Tag(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TAG_UNSPECIFIED: _ClassVar[Tag]
    TAG_DIRECTOR: _ClassVar[Tag]
    TAG_STARTUP: _ClassVar[Tag]
    TAG_PHASE: _ClassVar[Tag]
    TAG_WORKFLOW: _ClassVar[Tag]
    TAG_START: _ClassVar[Tag]
    TAG_SUCCESS: _ClassVar[Tag]
    TAG_FAIL: _ClassVar[Tag]
    TAG_SKIP: _ClassVar[Tag]
    TAG_NOSKIP: _ClassVar[Tag]
    TAG_DEFERRED: _ClassVar[Tag]
    TAG_REMOVE: _ClassVar[Tag]
    TAG_UPDATED: _ClassVar[Tag]
    TAG_DELETED: _ClassVar[Tag]
    TAG_WARNING: _ClassVar[Tag]
    TAG_ERROR: _ClassVar[Tag]
    TAG_KEYBOARD: _ClassVar[Tag]
    TAG_SAMEHASH: _ClassVar[Tag]
    TAG_UNAMEND: _ClassVar[Tag]
PATH_KIND_UNSPECIFIED: PathKind
PATH_KIND_FILE: PathKind
PATH_KIND_DIRECTORY: PathKind
PATH_KIND_MISSING: PathKind
PATH_KIND_SPECIAL: PathKind
PATH_KIND_UNREADABLE: PathKind
PATH_KIND_LINK: PathKind
PATH_KIND_SPARSE: PathKind
NEED_UNSPECIFIED: Need
NEED_OPTIONAL: Need
NEED_DEFAULT: Need
NEED_TARGET: Need
NEED_PLAN: Need
STEP_STATE_UNSPECIFIED: StepState
STEP_STATE_PENDING: StepState
STEP_STATE_CHECKING: StepState
STEP_STATE_RUNNING: StepState
STEP_STATE_SUCCEEDED: StepState
STEP_STATE_FAILED: StepState
TAG_UNSPECIFIED: Tag
TAG_DIRECTOR: Tag
TAG_STARTUP: Tag
TAG_PHASE: Tag
TAG_WORKFLOW: Tag
TAG_START: Tag
TAG_SUCCESS: Tag
TAG_FAIL: Tag
TAG_SKIP: Tag
TAG_NOSKIP: Tag
TAG_DEFERRED: Tag
TAG_REMOVE: Tag
TAG_UPDATED: Tag
TAG_DELETED: Tag
TAG_WARNING: Tag
TAG_ERROR: Tag
TAG_KEYBOARD: Tag
TAG_SAMEHASH: Tag
TAG_UNAMEND: Tag

class AttemptId(_message.Message):
    __slots__ = ("step", "number")
    STEP_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    step: int
    number: int
    def __init__(self, step: _Optional[int] = ..., number: _Optional[int] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("file", "line")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...

class FileHash(_message.Message):
    __slots__ = ("digest", "mode", "size", "mtime_ns", "inode")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MTIME_NS_FIELD_NUMBER: _ClassVar[int]
    INODE_FIELD_NUMBER: _ClassVar[int]
    digest: bytes
    mode: int
    size: int
    mtime_ns: int
    inode: int
    def __init__(self, digest: _Optional[bytes] = ..., mode: _Optional[int] = ..., size: _Optional[int] = ..., mtime_ns: _Optional[int] = ..., inode: _Optional[int] = ...) -> None: ...

class FileObservation(_message.Message):
    __slots__ = ("path", "kind", "hash")
    PATH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    path: str
    kind: PathKind
    hash: FileHash
    def __init__(self, path: _Optional[str] = ..., kind: _Optional[_Union[PathKind, str]] = ..., hash: _Optional[_Union[FileHash, _Mapping]] = ...) -> None: ...

class Transfer(_message.Message):
    __slots__ = ("attempt", "upload", "files", "bytes_done", "bytes_total")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    BYTES_DONE_FIELD_NUMBER: _ClassVar[int]
    BYTES_TOTAL_FIELD_NUMBER: _ClassVar[int]
    attempt: AttemptId
    upload: bool
    files: int
    bytes_done: int
    bytes_total: int
    def __init__(self, attempt: _Optional[_Union[AttemptId, _Mapping]] = ..., upload: _Optional[bool] = ..., files: _Optional[int] = ..., bytes_done: _Optional[int] = ..., bytes_total: _Optional[int] = ...) -> None: ...

class Page(_message.Message):
    __slots__ = ("title", "text")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    title: str
    text: str
    def __init__(self, title: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("kind", "message", "source")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Refusal.Kind]
        KIND_ARGUMENT: _ClassVar[Refusal.Kind]
        KIND_PATH: _ClassVar[Refusal.Kind]
        KIND_GRAPH: _ClassVar[Refusal.Kind]
        KIND_CYCLE: _ClassVar[Refusal.Kind]
        KIND_AMEND_WHILE_HOLDING: _ClassVar[Refusal.Kind]
        KIND_SUPERSEDED: _ClassVar[Refusal.Kind]
        KIND_PHASE: _ClassVar[Refusal.Kind]
        KIND_UNKNOWN: _ClassVar[Refusal.Kind]
        KIND_LIMIT: _ClassVar[Refusal.Kind]
    KIND_UNSPECIFIED: Refusal.Kind
    KIND_ARGUMENT: Refusal.Kind
    KIND_PATH: Refusal.Kind
    KIND_GRAPH: Refusal.Kind
    KIND_CYCLE: Refusal.Kind
    KIND_AMEND_WHILE_HOLDING: Refusal.Kind
    KIND_SUPERSEDED: Refusal.Kind
    KIND_PHASE: Refusal.Kind
    KIND_UNKNOWN: Refusal.Kind
    KIND_LIMIT: Refusal.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    kind: Refusal.Kind
    message: str
    source: Source
    def __init__(self, kind: _Optional[_Union[Refusal.Kind, str]] = ..., message: _Optional[str] = ..., source: _Optional[_Union[Source, _Mapping]] = ...) -> None: ...
