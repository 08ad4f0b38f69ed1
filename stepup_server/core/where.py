"""Which workers may run a step: a small language over what workers say of themselves.

``gpu and (zone == 'west' or not slow) and memory >= 8G``: a name alone asks for a label, whatever its value.
`host` and `name` are those of the worker, `cpus` and `memory` numbers, which can also be compared by size.
It is parsed here and nothing of it is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from .values import WorkerDescription

__all__ = ("Condition", "WrongCondition", "parse_where")


class WrongCondition(Exception):
    """The text is no condition."""

    def __init__(self, reason: str, text: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.position = position
        """Where in the text."""

    def __str__(self) -> str:
        return f"{self.reason}:\n  {self.text}\n  {' ' * self.position}^"


class Condition(Protocol):
    """A part of a condition, or all of it."""

    def holds(self, worker: WorkerDescription) -> bool:
        """Tell whether a worker fulfils it."""
        ...

    def lacks(self, worker: WorkerDescription, *, wanted: bool = True) -> Iterator[str]:
        """Say why a worker does not fulfil it, or, if it is not `wanted`, why it does: nothing when all is well."""
        ...


@dataclass(frozen=True, slots=True)
class _Has:
    """There is a label."""

    name: str

    def holds(self, worker: WorkerDescription) -> bool:
        return self.name in worker.labels

    def lacks(self, worker: WorkerDescription, *, wanted: bool = True) -> Iterator[str]:
        if self.holds(worker) != wanted:
            yield f"{'lacks' if wanted else 'has'} label {self.name}"


@dataclass(frozen=True, slots=True)
class _Is:
    """A label, or what the worker is called, has a value, or has it not."""

    name: str
    value: str
    negated: bool

    def holds(self, worker: WorkerDescription) -> bool:
        return (_text_of(worker, self.name) == self.value) != self.negated

    def lacks(self, worker: WorkerDescription, *, wanted: bool = True) -> Iterator[str]:
        if self.holds(worker) != wanted:
            found = _text_of(worker, self.name)
            noun = self.name if self.name in _TEXTS else f"label {self.name}"
            has_another = f" (it is {found})" if found else ""
            is_missed = self.negated != wanted
            yield f"lacks {noun}={self.value}{has_another}" if is_missed else f"has {noun}={self.value}"


@dataclass(frozen=True, slots=True)
class _Measures:
    """A number of the worker compares with another."""

    name: str
    operator: str
    number: float
    spelled: str

    def holds(self, worker: WorkerDescription) -> bool:
        return _COMPARE[self.operator](_NUMBERS[self.name](worker), self.number)

    def lacks(self, worker: WorkerDescription, *, wanted: bool = True) -> Iterator[str]:
        if self.holds(worker) != wanted:
            yield f"has {self.name} {_spelled(self.name, _NUMBERS[self.name](worker))}"


@dataclass(frozen=True, slots=True)
class _All:
    """All of several conditions, or any of them."""

    parts: tuple[Condition, ...]
    any_of: bool

    def holds(self, worker: WorkerDescription) -> bool:
        return (any if self.any_of else all)(part.holds(worker) for part in self.parts)

    def lacks(self, worker: WorkerDescription, *, wanted: bool = True) -> Iterator[str]:
        if self.holds(worker) != wanted:
            for part in self.parts:
                yield from part.lacks(worker, wanted=wanted)


@dataclass(frozen=True, slots=True)
class _Not:
    """The contrary of a condition."""

    part: Condition

    def holds(self, worker: WorkerDescription) -> bool:
        return not self.part.holds(worker)

    def lacks(self, worker: WorkerDescription, *, wanted: bool = True) -> Iterator[str]:
        return self.part.lacks(worker, wanted=not wanted)


# What is known of a worker


_TEXTS: dict[str, Callable[[WorkerDescription], str]] = {
    "host": lambda worker: worker.host,
    "name": lambda worker: worker.name,
}
_NUMBERS: dict[str, Callable[[WorkerDescription], float]] = {
    "cpus": lambda worker: worker.cpus,
    "memory": lambda worker: worker.memory_bytes,
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda one, other: one == other,
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def _text_of(worker: WorkerDescription, name: str) -> str | None:
    """Return the value of a label, or what a worker is called."""
    return _TEXTS[name](worker) if name in _TEXTS else worker.labels.get(name)


def _spelled(name: str, number: float) -> str:
    """Write a number as people do."""
    return f"{number / _UNITS['G']:.1f}G" if name == "memory" else f"{number:g}"


# Reading


class _Token(NamedTuple):
    """A word of the language."""

    kind: str
    text: str
    position: int


_TOKENS = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
    r"|(?P<operator>==|!=|<=|>=|<|>|=)|(?P<bracket>[()]))"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([KMGT]?)(?:i?B)?")
DEPTH_MAX = 40
CHARACTERS_MAX = 2000


@lru_cache(1024)
def parse_where(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    WrongCondition
        It is none; the message shows where it is wrong.
    """
    if len(text) > CHARACTERS_MAX:
        raise WrongCondition(f"A condition has at most {CHARACTERS_MAX} characters", text[:60] + " ...", 0)
    return _Reader(text).read()


class _Reader:
    """One text that is being read, a word at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split())
        self._next = 0
        self._depth = 0

    def read(self) -> Condition:
        condition = self._either()
        if self._peek().kind != "end":
            raise self._wrong("`and`, `or` or the end is expected here")
        return condition

    def _split(self) -> Iterator[_Token]:
        """Return the words."""
        position, end = 0, len(self._text.rstrip())
        while position < end:
            found = _TOKENS.match(self._text, position)
            if found is None or found.lastgroup is None:
                start = len(self._text) - len(self._text[position:].lstrip())
                raise WrongCondition(_strange(self._text[start]), self._text, start)
            yield _Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))
            position = found.end()
        yield _Token("end", "", end)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _is_word(self, word: str) -> bool:
        return self._peek()[:2] == ("word", word)

    def _wrong(self, reason: str, token: _Token | None = None) -> WrongCondition:
        return WrongCondition(reason, self._text, (token or self._peek()).position)

    def _either(self) -> Condition:
        return self._list("or", self._both, any_of=True)

    def _both(self) -> Condition:
        return self._list("and", self._one, any_of=False)

    def _list(self, word: str, read: Callable[[], Condition], *, any_of: bool) -> Condition:
        """Read conditions with a word between them."""
        parts = [read()]
        while self._is_word(word):
            self._take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else _All(tuple(parts), any_of)

    def _one(self) -> Condition:
        """Read a condition in brackets, the contrary of one, or a comparison."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._wrong("Too many brackets and `not`")
        is_bracket = self._peek()[:2] == ("bracket", "(")
        condition = self._not() if self._is_word("not") else self._bracket() if is_bracket else self._name()
        self._depth -= 1
        return condition

    def _not(self) -> Condition:
        self._take()
        return _Not(self._one())

    def _bracket(self) -> Condition:
        self._take()
        condition = self._either()
        if self._peek().text != ")" or self._peek().kind != "bracket":
            raise self._wrong("`)` is expected here")
        self._take()
        return condition

    def _name(self) -> Condition:
        """Read a name, with what it is compared with."""
        name = self._peek()
        if name.kind != "word" or name.text in _WORDS or _NAME.fullmatch(name.text) is None:
            raise self._wrong("The name of a label is expected here")
        self._take()
        if self._peek().kind == "operator":
            return self._comparison(name, self._take())
        if name.text in _TEXTS or name.text in _NUMBERS:
            raise self._wrong(f"`{name.text}` has to be compared with something")
        return _Has(name.text)

    def _comparison(self, name: _Token, operator: _Token) -> Condition:
        """Read what something is compared with."""
        value = self._peek()
        if value.kind not in {"word", "text"} or (value.kind == "word" and value.text in _WORDS):
            raise self._wrong("A value is expected here")
        self._take()
        if name.text in _NUMBERS:
            return _Measures(name.text, operator.text, self._number(name, value), value.text)
        if operator.text not in _EQUAL:
            raise self._wrong(f"`{operator.text}` compares numbers: cpus and memory", operator)
        text = value.text[1:-1] if value.kind == "text" else value.text
        return _Is(name.text, text, operator.text == "!=")

    def _number(self, name: _Token, value: _Token) -> float:
        """Read a number; memory may have a unit."""
        found = _SIZE.fullmatch(value.text)
        if found is None or (found[2] and name.text != "memory"):
            what = "A number, or one with K, M, G or T, as in 8G," if name.text == "memory" else "A number"
            raise self._wrong(f"{what} is expected here", value)
        return float(found[1]) * _UNITS[found[2]]


_WORDS = frozenset({"and", "or", "not"})
_EQUAL = frozenset({"=", "==", "!="})


def _strange(character: str) -> str:
    """Say what is wrong about a character that means nothing."""
    return "The end of this text is missing" if character in "'\"" else f"{character!r} means nothing here"
