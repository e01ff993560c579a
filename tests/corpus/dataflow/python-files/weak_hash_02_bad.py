import configparser
import hashlib
import hmac
import os

from flask import Blueprint, jsonify, request

bp = Blueprint("webhook", __name__)

conf = configparser.ConfigParser()
conf["webhook"] = {"checksum": "sha1", "signature": "sha512"}


def sign(body):
    name = conf["webhook"]["checksum"]
    key = os.environ["WEBHOOK_KEY"].encode()
    return hashlib.new(name, key + body + key).hexdigest()


@bp.route("/webhook", methods=["POST"])
def webhook():
    given = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(given, sign(request.get_data())):
        return jsonify(accepted=False), 403
    return jsonify(accepted=True)
