import json
import pickle
from abc import ABC, abstractmethod

from flask import Flask, jsonify, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1 << 20


class Codec(ABC):
    registry = {}

    def __init_subclass__(cls, media=None, **kwargs):
        super().__init_subclass__(**kwargs)
        if media:
            Codec.registry[media] = cls

    @abstractmethod
    def decode(self, data):
        ...


class JsonCodec(Codec, media="application/json"):
    def decode(self, data):
        return json.loads(data)


class NativeCodec(Codec):
    def decode(self, data):
        return pickle.loads(data)


class SnapshotImporter:
    def __init__(self, fallback):
        self.fallback = fallback

    def codec_for(self, media):
        return Codec.registry.get(media, self.fallback)()

    def load(self, media, data):
        snapshot = self.codec_for(media).decode(data)
        if not isinstance(snapshot, dict):
            raise ValueError("snapshot expected")
        return snapshot


class SnapshotService:
    def __init__(self, importer):
        self.importer = importer
        self.known = {}

    def accept(self, media, data):
        snapshot = self.importer.load(media, data)
        self.known[str(snapshot.get("id"))] = snapshot
        return len(self.known)


service = SnapshotService(SnapshotImporter(JsonCodec))


@app.put("/snapshots")
def put_snapshot():
    try:
        count = service.accept(request.mimetype, request.get_data())
    except ValueError:
        return jsonify(error="snapshot expected"), 400
    return jsonify(snapshots=count)
