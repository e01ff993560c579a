"""What the SDK leaves behind when a connection breaks."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def broken_connections() -> Iterator[None]:
    """For tests that break connections, around all use of the SDK.

    azure-servicebus does not close the transport of a connection that broke but leaves it to the garbage collector, which
    warns at whatever test runs then. Here it is collected, without the warning.
    """
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
