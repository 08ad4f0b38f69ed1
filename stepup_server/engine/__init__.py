"""Where the pure core meets asyncio: one inbox, one timer, ports to the outside world."""
