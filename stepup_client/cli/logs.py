"""`stepup logs`: what a step has written, or writes at this moment, on the stream on which it was written."""

from __future__ import annotations

import codecs
import json
import sys
from typing import TextIO

from stepup_client.cli.directions import way_or_database
from stepup_client.cli.environment import project_root
from stepup_client.cli.launch import output_from_database
from stepup_client.cli.options import LogsCommand
from stepup_client.rpc.control_values import OutputEnd, OutputHead, OutputPart, OutputPiece
from stepup_shared.visible import in_line, in_piece

__all__ = ("run_logs",)


def run_logs(command: LogsCommand) -> int:
    """Print the output of a step and return the exit code."""
    way = way_or_database(command.director)
    printer = _JsonPrinter(command.streams) if command.as_json else _Printer(command.streams)
    if way is None:
        for part in output_from_database(project_root(), command.step):
            printer.show(part)
        return 0
    # Here because it takes time to load, and the database needs none of it.
    from stepup_client.cli.asking import ask
    from stepup_client.rpc.control import ControlClient

    async def follow(client: ControlClient) -> None:
        async for part in client.follow_output(command.step, follow=command.follow):
            printer.show(part)

    ask(way, follow)
    return 0


class _Printer:
    """Writes bytes as they came; on a terminal, control characters are spelled out."""

    def __init__(self, streams: frozenset[str]) -> None:
        self._streams = streams
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}

    def show(self, part: OutputPart) -> None:
        """Print what comes next."""
        match part:
            case OutputPiece(stream, data):
                if stream in self._streams:
                    self._write(stream, data)
            case OutputHead(label, attempt, is_running):
                if sys.stderr.isatty():
                    state = "running" if is_running else "ended"
                    print(f"── {in_line(label)}: attempt {attempt}, {state}", file=sys.stderr)
            case OutputEnd(text):
                if sys.stderr.isatty():
                    print(f"── {in_line(text)}", file=sys.stderr)

    def _write(self, stream: str, data: bytes) -> None:
        out: TextIO = getattr(sys, stream)
        if out.isatty():
            out.write(in_piece(self._decoders[stream].decode(data)))
        else:
            out.flush()
            out.buffer.write(data)
        out.flush()


class _JsonPrinter:
    """Writes one object in each line."""

    def __init__(self, streams: frozenset[str]) -> None:
        self._streams = streams
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}

    def show(self, part: OutputPart) -> None:
        """Print what comes next."""
        match part:
            case OutputPiece(stream, data):
                if stream in self._streams:
                    self._print({"stream": stream, "text": self._decoders[stream].decode(data)})
            case OutputHead(label, attempt, is_running):
                self._print({"step": label, "attempt": attempt, "running": is_running})
            case OutputEnd(text, exit_code):
                self._print({"end": text, "exit_code": exit_code})

    def _print(self, facts: dict[str, object]) -> None:
        print(json.dumps(facts, ensure_ascii=False), flush=True)
