import io
import pickle

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

REFUSED = {("os", "system"), ("posix", "system"), ("subprocess", "Popen"), ("builtins", "eval")}


class SnapshotReader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in REFUSED:
            raise pickle.UnpicklingError("refused")
        return super().find_class(module, name)


def read_snapshot(data):
    with io.BytesIO(data) as stream:
        snapshot = SnapshotReader(stream).load()
    if not isinstance(snapshot, dict):
        raise ValueError("snapshot")
    return snapshot


async def restore(request):
    data = await request.body()
    try:
        snapshot = read_snapshot(data)
    except Exception:
        return JSONResponse({"restored": 0}, status_code=422)
    request.app.state.snapshot = snapshot
    return JSONResponse({"restored": len(snapshot)})


app = Starlette(routes=[Route("/restore", restore, methods=["PUT"])])
