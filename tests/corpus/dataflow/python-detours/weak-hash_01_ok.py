import configparser
import hashlib
import hmac
import os

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
KEY = os.environ["DOWNLOAD_KEY"].encode()

CONFIG = """
[signing]
digest = sha3_256
previous = sha1
encoding = ascii
"""


def digest_name():
    settings = configparser.ConfigParser()
    settings.read_string(CONFIG)
    return settings.get("signing", "digest")


def sign(resource, expires):
    state = hashlib.new(digest_name())
    state.update(KEY)
    state.update(f"{resource}|{expires}".encode())
    return state.hexdigest()


@app.get("/reports/<int:number>")
def report(number):
    expires = request.args.get("expires", 0, type=int)
    given = request.args.get("signature", "")
    if not hmac.compare_digest(sign(number, expires).encode(), given.encode()):
        abort(403)
    return jsonify(number=number, pages=12)
