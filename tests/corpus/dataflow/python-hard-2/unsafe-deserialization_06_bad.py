import asyncio
import json
from dataclasses import asdict, dataclass

import jsonpickle
import websockets


@dataclass
class Move:
    player: int
    x: int
    y: int


class Table:
    def __init__(self):
        self.moves = []

    def play(self, move):
        if not isinstance(move, Move):
            raise TypeError("move expected")
        self.moves.append(move)

    def dump(self):
        return jsonpickle.encode([asdict(m) for m in self.moves], unpicklable=False)


def read_move(frame):
    if len(frame) > 2000:
        raise ValueError("frame too long")
    data = jsonpickle.decode(frame)
    return data if isinstance(data, Move) else Move(**data)


async def serve_table(connection, table):
    async for frame in connection:
        try:
            table.play(read_move(frame))
        except (TypeError, ValueError, KeyError):
            await connection.send(json.dumps({"accepted": False}))
        else:
            await connection.send(json.dumps({"accepted": True, "moves": len(table.moves)}))


async def main():
    table = Table()
    async with websockets.serve(lambda connection: serve_table(connection, table), "127.0.0.1", 8765):
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(main())
