import os
from abc import ABC, abstractmethod

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


class NotStored(LookupError):
    pass


class Store(ABC):
    @abstractmethod
    def locate(self, name): ...

    def read(self, name):
        location = self.locate(name)
        if not os.path.isfile(location):
            raise NotStored(name)
        with open(location, "rb") as handle:
            return handle.read()


class FolderStore(Store):
    def __init__(self, root):
        self.root = os.path.realpath(root)

    def locate(self, name):
        location = os.path.realpath(os.path.join(self.root, name))
        if not location.startswith(self.root + os.sep):
            raise NotStored(name)
        return location


class ContractLibrary:
    def __init__(self, store):
        self.store = store

    def copy_of(self, year, name):
        return self.store.read(f"{year}/{name}")


library = ContractLibrary(FolderStore("/srv/contracts"))


@app.get("/contracts/<int:year>")
def contract(year):
    try:
        data = library.copy_of(year, request.args.get("name", "index.pdf"))
    except (NotStored, ValueError):
        return jsonify(error="no such contract"), 404
    return Response(data, mimetype="application/octet-stream")
