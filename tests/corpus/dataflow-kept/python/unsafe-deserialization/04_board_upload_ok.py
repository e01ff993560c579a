"""Loads saved game boards sent by the desktop client."""
import io
import pickle

from aiohttp import web

ALLOWED = {
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("collections", "OrderedDict"),
    ("datetime", "datetime"),
}


class BoardUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a board")
        return super().find_class(module, name)


def load_board(data):
    return BoardUnpickler(io.BytesIO(data)).load()


async def upload(request):
    data = await request.read()
    try:
        board = load_board(data)
    except (pickle.UnpicklingError, EOFError):
        raise web.HTTPBadRequest(text="unreadable board")
    request.app["boards"].append(board)
    return web.json_response({"stored": len(request.app["boards"])})


def create_app():
    app = web.Application(client_max_size=512 * 1024)
    app["boards"] = []
    app.router.add_put("/boards", upload)
    return app
