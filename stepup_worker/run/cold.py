"""The program that runs a Python script in a new interpreter: `python cold.py NOTES SCRIPT ARGUMENTS`.

What the script has imported is written to NOTES, as for scripts that are forked warm.
For the script there is no other difference to `python SCRIPT ARGUMENTS`.
"""

from __future__ import annotations

import importlib
import os
import sys

__all__ = ("main",)


def main() -> None:
    """Run a script and end with it."""
    # Our own directory comes first unless Python was told not to; the script must not see it.
    path = sys.path[0 if sys.flags.safe_path else 1 :]
    sys.path[:] = [*path, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]
    run_noted = importlib.import_module("stepup_worker.run.script").run_noted
    importlib.import_module("stepup_client.imports")
    sys.path[:] = path
    code = run_noted(sys.argv[2:], sys.argv[1])
    # Looked up only now: it notes the imports.
    os._exit(code)


if __name__ == "__main__":
    main()
