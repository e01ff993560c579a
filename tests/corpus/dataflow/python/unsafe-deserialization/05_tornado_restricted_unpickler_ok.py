import io
import pickle

import tornado.web

PERMITTED = {"set", "frozenset", "complex", "range"}


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if module == "builtins" and name in PERMITTED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not permitted")


class StateHandler(tornado.web.RequestHandler):
    def put(self):
        try:
            state = Reader(io.BytesIO(self.request.body)).load()
        except pickle.UnpicklingError:
            raise tornado.web.HTTPError(400)
        self.write({"size": len(state)})


def make_app():
    return tornado.web.Application([(r"/state", StateHandler)])
