import asyncio
import code
import contextlib
import io
import platform
import time

import websockets

SNIPPETS = {
    "uptime": "print(round(time.monotonic()))",
    "python": "print(platform.python_version())",
    "tasks": "print(len(asyncio.all_tasks()))",
}


class StatusShell:
    def __init__(self):
        names = {"time": time, "platform": platform, "asyncio": asyncio}
        self.console = code.InteractiveConsole(locals=names)

    def ask(self, line):
        sink = io.StringIO()
        with contextlib.redirect_stdout(sink):
            self.console.push(line)
        return sink.getvalue()


async def serve_client(websocket):
    shell = StatusShell()
    async for message in websocket:
        word, _, rest = str(message).partition(" ")
        if word not in SNIPPETS:
            await websocket.send("unknown word")
            continue
        line = SNIPPETS[word] if not rest else SNIPPETS["uptime"]
        await websocket.send(shell.ask(line))


async def main():
    async with websockets.serve(serve_client, "0.0.0.0", 8765):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
