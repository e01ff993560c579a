import hashlib
import os
import secrets

from flask import jsonify, request

from shared.security_options import HashPolicy

STORE = {}
POLICY = HashPolicy(1)


def init(app):

    @app.route("/register", methods=["POST"])
    def register():
        user = request.form["user"]
        salt = os.urandom(16)
        stored = hashlib.pbkdf2_hmac("sha256", request.form["password"].encode(), salt, 600_000)
        ticket = secrets.token_bytes(16)
        STORE[user] = (salt, stored, hashlib.new(POLICY.algorithm, ticket).hexdigest())
        return jsonify(ticket=ticket.hex())
