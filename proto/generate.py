#!/usr/bin/env python3
"""Generate the Python code beside the proto files; with `--check`, only compare it byte by byte."""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import distribution
from pathlib import Path

__all__ = ("find_stale", "generate", "main")

PROTO_ROOT = Path(__file__).resolve().parent
SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb2_grpc.pyi")


def main() -> int:
    """Generate or compare; return 1 when something is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when code is stale")
    if not parser.parse_args().check:
        generate(PROTO_ROOT)
        return 0
    stale = find_stale()
    for path in stale:
        print(f"proto/{path}: stale; run proto/generate.py", file=sys.stderr)
    return 1 if stale else 0


def generate(destination: Path) -> None:
    """Run protoc over every proto file below the package."""
    google = distribution("googleapis-common-protos").locate_file("")
    plugin = Path(sysconfig.get_path("scripts")) / "protoc-gen-mypy_grpc"
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc"),
        *(f"-I{folder}" for folder in (PROTO_ROOT, google)),
        *(f"--{kind}_out={destination}" for kind in ("python", "pyi", "grpc_python", "mypy_grpc")),
        f"--plugin=protoc-gen-mypy_grpc={plugin}",
        "--mypy_grpc_opt=quiet",
        *sorted(str(path) for path in PROTO_ROOT.glob("stepup_proto/**/*.proto")),
    ]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit("protoc failed; see its messages above")


def find_stale() -> list[Path]:
    """Return generated files that are missing, without a source, or not what protoc makes now."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        fresh = {path.relative_to(scratch): path.read_bytes() for path in generated_files(Path(scratch))}
    present = {path.relative_to(PROTO_ROOT): path.read_bytes() for path in generated_files(PROTO_ROOT)}
    return sorted(path for path in fresh.keys() | present.keys() if fresh.get(path) != present.get(path))


def generated_files(folder: Path) -> list[Path]:
    """Return what protoc has written below a folder."""
    return [path for path in folder.rglob("*.py*") if path.name.endswith(SUFFIXES)]


if __name__ == "__main__":
    sys.exit(main())
