import random
import secrets
import uuid

from flask import jsonify, request


class Source:
    def next_id(self):
        raise NotImplementedError


class Quick(Source):
    def next_id(self):
        return uuid.UUID(int=random.getrandbits(128), version=4).hex


class Steady(Source):
    def next_id(self):
        return uuid.UUID(bytes=secrets.token_bytes(16), version=4).hex


def source_for(name):
    for kind in Source.__subclasses__():
        if kind.__name__.lower() == name:
            return kind()
    return Steady()


def init(app):
    sessions = {}

    @app.post("/sessions")
    def open_session():
        key = source_for("steady").next_id()
        sessions[key] = bool(request.form.get("keep"))
        return jsonify(session=key)
