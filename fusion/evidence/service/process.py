"""The life of the evidence service: listen, answer, and end with SIGTERM.

It listens beyond this machine only where it asks for a token, or where the platform stands before it: in a pool of sessions
nobody reaches a session but through the pool, which asks Entra ID.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from fusion import plugins
from fusion.errors import UserError
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.service.answering import Answering
from fusion.evidence.service.app import App
from fusion.evidence.service.wire import Bounded

PORT = 8090
_GRACE = 20
"""Seconds that questions get to end after SIGTERM; container platforms kill after 30."""


def slots() -> int:
    """Questions at the same time where nothing else is said: as many as a host asks (FUSION_PARALLEL)."""
    return (os.cpu_count() or 2) + 1


def serve(
    *, host: str, port: int, token: str, in_sandbox_pool: bool, at_once: int, opened: Callable[[str], None] = lambda _: None
) -> None:
    """Listen until SIGTERM or Ctrl-C; `opened` is told where. Raises UserError: why it does not."""
    if reason := exposed(host, token=token, in_sandbox_pool=in_sandbox_pool):
        raise UserError(reason)
    sandbox = Sandbox.detect()
    if reason := unconfined(sandbox, in_sandbox_pool=in_sandbox_pool):
        raise UserError(reason)
    listening = _listening(host, port)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    app = App(Answering(plugins.analyzers().plugins, sandbox), token=token, at_once=at_once)
    where = listening.getsockname()
    opened(f"http://[{where[0]}]:{where[1]}" if ":" in where[0] else f"http://{where[0]}:{where[1]}")
    asyncio.run(_until_told(_Server(configured(app)), listening))


def configured(app: App, *, wire: type[Bounded] = Bounded) -> uvicorn.Config:
    """How the application is served. `wire` speaks HTTP on each connection."""
    return uvicorn.Config(
        app,
        http=wire,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        proxy_headers=False,
    )


class _Server(uvicorn.Server):
    """uvicorn raises the signal that ended it again; here a signal is an order, and carrying it out no failure."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to us."""
        yield


async def _until_told(server: uvicorn.Server, listening: socket.socket) -> None:
    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await server.serve(sockets=[listening])


def exposed(host: str, *, token: str, in_sandbox_pool: bool) -> str:
    """Why the service must not listen there; empty where it may."""
    if token and in_sandbox_pool:
        return (
            "In a pool of sessions Entra ID says who asks, and nobody shows FUSION_EVIDENCE_TOKEN: unset it, or leave "
            "--in-sandbox-pool away, which elsewhere would let strangers' files be looked at without isolation."
        )
    if token or in_sandbox_pool or _is_loopback(host):
        return ""
    return (
        f"Without a token anybody who reaches {host} could ask: set FUSION_EVIDENCE_TOKEN, listen on 127.0.0.1, or, in a pool "
        "of sessions, say --in-sandbox-pool."
    )


def unconfined(sandbox: Sandbox, *, in_sandbox_pool: bool) -> str:
    """Why strangers' files must not be looked at here, as whoever asks relies on it; empty where they may."""
    if in_sandbox_pool or (sandbox.network_cut and sandbox.files_confined):
        return ""
    return (
        f"Files of strangers are not looked at here, because a tool could reach more than them: {sandbox.isolation}. Run the "
        "service in a pool of sessions, or where the kernel grants Landlock, and namespaces or seccomp."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: only then does asyncio switch Nagle's algorithm off, which holds small answers back.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        taken = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise UserError(f"The evidence service cannot listen on {host} port {port}: {taken}.") from None
    return listening
