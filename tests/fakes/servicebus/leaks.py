"""What the SDK leaves behind when a connection breaks.

azure-servicebus does not close the transport of a connection that broke, or that breaks while it closes it. The garbage
collector finds it at some time, and warns at whatever test runs then.
"""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def broken_connections() -> Iterator[None]:
    """For tests that break connections: what they leave is collected at their end, and nothing warns until then."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            yield
        finally:
            gc.collect()


async def abort_leftovers(port: int) -> None:
    """When all clients of a bus on this port are closed: end the connections that the SDK has not."""
    with broken_connections():
        pass
    for each in gc.get_objects():
        if isinstance(each, asyncio.Transport) and (each.get_extra_info("peername") or ("", 0))[1] == port:
            each.abort()
    await asyncio.sleep(0.05)
