from queue import Queue

import dill
from flask import jsonify, request

EMPTY = dill.dumps({"layers": []})


def init(app):

    @app.post("/drawing/load")
    def load_drawing():
        data = bytes.fromhex(request.form.get("drawing", ""))
        waiting = Queue()
        waiting.put(EMPTY)
        waiting.put(data)
        first = waiting.get()
        second = waiting.get()
        drawing = dill.loads(first if len(second) < 4096 else EMPTY)
        return jsonify(layers=len(drawing["layers"]))
