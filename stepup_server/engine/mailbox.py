"""Orders on their way to a worker: only the newest matter, and nothing that was said once is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from stepup_server.core.commands import OrderWorker

__all__ = ("Mailbox",)


class Mailbox:
    """Holds at most one set of orders; newer ones replace those that were not taken yet."""

    def __init__(self) -> None:
        self._orders: OrderWorker | None = None
        self._is_ended = False
        self._filled = asyncio.Event()

    def put(self, orders: OrderWorker) -> None:
        """Replace what was not taken yet; details and acknowledgements of the older orders are carried over."""
        if self._orders is not None:
            orders = _merge(self._orders, orders)
        self._orders = orders
        self._filled.set()

    def end(self) -> None:
        """Let nobody wait for orders any more."""
        self._is_ended = True
        self._filled.set()

    async def wait_orders(self) -> OrderWorker | None:
        """Take the newest orders, as soon as there are any; None when there will be none."""
        while not self._is_ended:
            if (orders := self.take()) is not None:
                return orders
            await self._filled.wait()
            self._filled.clear()
        return None

    def take(self) -> OrderWorker | None:
        """Take the newest orders; None when there are none."""
        orders, self._orders = self._orders, None
        return orders


def _merge(older: OrderWorker, newer: OrderWorker) -> OrderWorker:
    """Return the newer orders with what only the older ones say."""
    details = {order.attempt: order.assignment for order in older.orders if order.assignment is not None}
    orders = tuple(
        order if order.assignment is not None else replace(order, assignment=details.get(order.attempt))
        for order in newer.orders
    )
    return replace(newer, orders=orders, acknowledged=older.acknowledged + newer.acknowledged)
