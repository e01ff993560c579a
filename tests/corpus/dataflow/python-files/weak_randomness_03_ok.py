from functools import partial
import random
import secrets

from flask import Blueprint, jsonify, session

bp = Blueprint("csrf", __name__)

bits = partial(secrets.randbits, 128)


def hexadecimal(source):
    return "%032x" % source()


@bp.get("/csrf")
def csrf():
    if "csrf" not in session:
        session["csrf"] = hexadecimal(bits)
    return jsonify(token=session["csrf"])
