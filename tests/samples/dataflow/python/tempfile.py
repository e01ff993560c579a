import tempfile
import flask


def made():
    return len(tempfile.mkdtemp(prefix=flask.request.args["user"]))  # expect: path-traversal


def named():
    with tempfile.NamedTemporaryFile(dir="/srv/" + flask.request.args["folder"]):  # expect: path-traversal
        pass
