from functools import lru_cache

from flask import Flask, abort, jsonify, request
from lxml import etree

app = Flask(__name__)


@lru_cache(maxsize=1)
def accounts():
    return etree.parse("data/accounts.xml", etree.XMLParser(resolve_entities=False))


@app.post("/login")
def login():
    form = request.get_json()
    name = str(form.get("name", ""))
    pin = str(form.get("pin", ""))
    if not pin.isdecimal():
        abort(400)
    match accounts().xpath(f"//account[@name='{name}' and @pin='{pin}']"):
        case [account]:
            return jsonify(ok=True, level=account.get("level"))
        case []:
            abort(401)
        case _:
            abort(409)
