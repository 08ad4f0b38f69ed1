"""Workers with workspaces of their own, as a user starts them."""

from __future__ import annotations

from tests.support.project_folder import Folder, Program

__all__ = ("start_workers",)


def start_workers(folder: Folder, *options: str, count: int = 2) -> list[Program]:
    """Start workers with workspaces of their own; wait until the director knows them."""
    workers = [
        folder.start("worker", "--name", f"w{i}", "--workspace", str(folder.around / f"w{i}"), *options)
        for i in range(count)
    ]
    folder.wait_status(lambda status: len(status["workers"]) >= count, "all workers are there")
    return workers
