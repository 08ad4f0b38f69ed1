"""What a plan can say: the functions of `stepup.core.api`.

Each function checks its arguments, turns them into a statement and hands it on; nothing here waits unless an answer is
needed. Outside of a build each statement is shown and nothing happens, so that a plan can be tried by hand.
"""

from __future__ import annotations

from stepup_client.amending import amend, hold
from stepup_client.calls import call
from stepup_client.core.commands import CommandArg
from stepup_client.core.declarations import Need
from stepup_client.core.stepinfo import StepInfo
from stepup_client.errors import InputNotFoundError
from stepup_client.namespaces import dumpns, loadns
from stepup_client.rpc.current import install_excepthook
from stepup_client.running import copy, plan, run, step
from stepup_client.scripts import script
from stepup_client.statics import glob, mkdir, pool, static
from stepup_client.surroundings import (
    get_info,
    get_job_i,
    get_rpc_client,
    getenv,
    getinfo,
    graph,
    shq,
    subs_env_vars,
)
from stepup_client.templates import render_jinja

__all__ = (
    "CommandArg",
    "InputNotFoundError",
    "Need",
    "StepInfo",
    "amend",
    "call",
    "copy",
    "dumpns",
    "get_info",
    "get_job_i",
    "get_rpc_client",
    "getenv",
    "getinfo",
    "glob",
    "graph",
    "hold",
    "loadns",
    "mkdir",
    "plan",
    "pool",
    "render_jinja",
    "run",
    "script",
    "shq",
    "static",
    "step",
    "subs_env_vars",
)

install_excepthook()
