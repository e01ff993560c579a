"""What `knowledge/python/protobuf.toml` says: messages that are parsed from a request."""

from acme.service_pb2 import GetArtifact
from flask import Flask, request, send_file
from google.protobuf.json_format import Parse, ParseDict

app = Flask(__name__)


def filled(message):
    ParseDict(request.get_json(), message)
    return message


@app.route("/json")
def from_json():
    message = filled(GetArtifact())
    return send_file(message.path)  # expect: path-traversal


@app.route("/text")
def from_text():
    message = GetArtifact()
    Parse(request.data, message)
    return send_file(message.path)  # expect: path-traversal


@app.route("/ours")
def ours():
    message = GetArtifact()
    Parse('{"path": "/srv/file"}', message)
    return send_file(message.path)
