"""The worker's own small HTTP server: is it alive, is it ready, what did it measure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

PROMETHEUS = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


class StatusServer:
    """`/healthz` 200 while the worker runs, `/readyz` 200 while it takes jobs, `/metrics`, and what the
    engine itself measures at `/metrics/engine`. An async context manager.

    `unready`: why no job is taken now, in one sentence; empty: one is.

    Nothing here is secret and nothing changes anything; all the same it belongs on the loopback interface or a private network.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        unready: Callable[[], str],
        metrics: Callable[[], bytes],
        engine: Callable[[], Awaitable[str | None]],
    ) -> None:
        self._host = host
        self._port = port
        self._unready = unready
        self._metrics = metrics
        self._engine = engine
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """Where it listens; differs from what was asked for where that was 0."""
        assert self._runner is not None
        return int(self._runner.addresses[0][1])

    async def __aenter__(self) -> StatusServer:
        """Listen. Raises OSError when the address is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._measures),
                web.get("/metrics/engine", self._of_the_engine),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        if why := self._unready():
            return web.Response(text=f"{why}\n", status=503)
        return web.Response(text="ready\n")

    async def _measures(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics(), headers=PROMETHEUS)

    async def _of_the_engine(self, _: web.Request) -> web.Response:
        text = await self._engine()
        if text is None:
            return web.Response(text="the engine does not say\n", status=503)
        return web.Response(body=text.encode(), headers=PROMETHEUS)
