import hmac
from dataclasses import dataclass
from hashlib import scrypt
from pathlib import Path
from xml.sax.saxutils import escape

from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)


@dataclass(frozen=True)
class Operator:
    name: str
    level: str
    salt: bytes
    digest: bytes


class OperatorFile:
    def __init__(self, path):
        self.tree = etree.fromstring(Path(path).read_bytes())

    def first(self, expression, **variables):
        return next(iter(self.tree.xpath(expression, **variables)), None)


class OperatorDirectory:
    def __init__(self, source):
        self.source = source

    def find(self, name, site):
        node = self.source.first(
            "//site[@code=$site]/operator[@name=$name]", site=site, name=escape(name)
        )
        if node is None:
            return None
        return Operator(
            node.get("name"), node.get("level"), bytes.fromhex(node.get("salt")), bytes.fromhex(node.get("digest"))
        )


class AccessControl:
    def __init__(self, directory):
        self.directory = directory

    def level(self, name, site, password):
        operator = self.directory.find(name, site)
        if operator is None:
            return None
        digest = scrypt(password.encode(), salt=operator.salt, n=16384, r=8, p=1)
        return operator.level if hmac.compare_digest(digest, operator.digest) else None


control = AccessControl(OperatorDirectory(OperatorFile("operators.xml")))


@app.post("/access")
def access():
    data = request.get_json()
    level = control.level(data["name"], data["site"], data["password"])
    return jsonify(granted=level is not None, level=level)
