"""A watcher of a disk in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from stepup_server.core.commands import PauseWatch, Watch
from stepup_server.core.events import PathsTouched
from stepup_server.core.values import EVERYTHING, Hint, Reach
from tests.support.disk import VirtualDisk

__all__ = ("FakeWatcher",)


@dataclass(slots=True)
class FakeWatcher:
    """Tells of everything that was touched, wherever it was, and whoever did it."""

    orders: list[Watch | PauseWatch] = field(default_factory=list)
    """What it was told to do and has not done yet."""
    is_listening: bool = False
    """It tells of what is touched."""
    is_new: bool = True
    """It has not watched before."""
    has_overflowed: bool = False
    """It has lost something."""

    def take(self, order: Watch | PauseWatch) -> None:
        """Take an order."""
        self.orders.append(order)

    def fail(self) -> None:
        """Tell nothing more before the next order."""
        self.is_listening = False

    def has_news(self, disk: VirtualDisk) -> bool:
        """Tell whether there is something to say."""
        return bool(self.orders) or (self.is_listening and (bool(disk.touched) or self.has_overflowed))

    def tell(self, disk: VirtualDisk) -> PathsTouched:
        """Say what there is to say next."""
        order = self.orders.pop(0) if self.orders else None
        paths, disk.touched = disk.touched, []
        everything = (EVERYTHING,) if self.is_new or self.has_overflowed else ()
        self.is_new = self.has_overflowed = False
        if order is not None:
            self.is_listening = isinstance(order, Watch)
        token = order.token if isinstance(order, PauseWatch) else None
        return PathsTouched(token=token, hints=(*(Hint(path, Reach.ENTRY) for path in paths), *everything))
