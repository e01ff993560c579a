import json
import pickle
from typing import Protocol

from bottle import Bottle, HTTPError, request

app = Bottle()


class Codec(Protocol):
    def load(self, stream): ...


class CompactCodec:
    def load(self, stream):
        return pickle.Unpickler(stream).load()


class TextCodec:
    def load(self, stream):
        return json.load(stream)


def make_codec(size: int) -> Codec:
    table = {False: TextCodec, True: CompactCodec}
    return table[size > 9]()


@app.post("/models")
def import_model():
    upload = request.files.get("model")
    if upload is None:
        raise HTTPError(400, "model file is missing")
    codec = make_codec(len("export"))
    try:
        model = codec.load(upload.file)
    except ValueError:
        raise HTTPError(400, "model file is damaged")
    if not isinstance(model, dict):
        raise HTTPError(422, "unexpected content")
    return {"layers": len(model)}
