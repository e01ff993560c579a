import asyncio
import json
import pickle
from abc import ABC, abstractmethod

from aiohttp import WSMsgType, web


class Protocol(ABC):
    @abstractmethod
    def read(self, message): ...


class TextProtocol(Protocol):
    def read(self, message):
        return json.loads(message.data)


class BinaryProtocol(Protocol):
    def read(self, message):
        return pickle.loads(message.data)


class Board:
    protocols = {WSMsgType.TEXT: TextProtocol(), WSMsgType.BINARY: BinaryProtocol()}

    def __init__(self):
        self.moves = asyncio.Queue()
        self.archive = pickle.dumps([])

    async def listen(self, socket):
        async for message in socket:
            protocol = self.protocols.get(message.type)
            if protocol is None:
                break
            move = protocol.read(message)
            await self.moves.put((int(move["x"]), int(move["y"])))
            await socket.send_json({"moves": self.moves.qsize()})


async def play(request):
    socket = web.WebSocketResponse(max_msg_size=4096)
    await socket.prepare(request)
    await request.app["board"].listen(socket)
    return socket


def create_app():
    app = web.Application()
    app["board"] = Board()
    app.router.add_get("/play", play)
    return app
