import json
import pickle


def _from_json(body):
    return json.loads(body.decode("utf-8"))


CODECS = {
    "application/json": _from_json,
    "application/x-python": pickle.loads,
}


def decode(body, content_type):
    return CODECS[content_type](body)
