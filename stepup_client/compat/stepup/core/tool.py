"""For those who write commands of `stepup`; the same as `stepup_client.cli.tool`."""

from __future__ import annotations

from stepup_client.cli.tool import (
    ToolFunc,
    connect_graph_db,
    get_graph_db_path,
    positive_decimal,
    positive_int,
    print_error,
)

__all__ = ("ToolFunc", "connect_graph_db", "get_graph_db_path", "positive_decimal", "positive_int", "print_error")
