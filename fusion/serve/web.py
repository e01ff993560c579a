"""uvicorn in a thread with an event loop of its own, so that deliveries are acknowledged while the main loop computes."""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import TYPE_CHECKING

from fusion.errors import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises UserError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: only then does asyncio switch Nagle's algorithm off, which holds small answers back for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} of {host} is taken: stop what listens there, or choose another with --port."
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise UserError(f"Port {port} is not open to this user: choose one above 1023 with --port.") from None
        # The numbers of failed look-ups are negative, and not the system's.
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise UserError(f"Fusion cannot listen on {host}: {why}; choose another address with --host.") from None
    return listening


class Web:
    """The web server on a socket that listens already: what comes before it is ready waits in the socket's backlog."""

    def __init__(self, app: FastAPI, listening: socket.socket, *, grace: float) -> None:
        import uvicorn

        self._socket = listening
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=max(1, round(grace)),
            h11_max_incomplete_event_size=64 * 1024,
            proxy_headers=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, name="web", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it answers, or is about to."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Take no more requests, answer those that are here, and return when that is done."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
