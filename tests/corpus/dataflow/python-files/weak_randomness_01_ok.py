import random
import string

from flask import jsonify, request

ALPHABET = string.ascii_letters + string.digits
CHOOSERS = {
    "fast": random.choice,
    "system": random.SystemRandom().choice,
}


def init(app):
    pending = {}

    @app.route("/password/forgot", methods=["POST"])
    def forgot():
        mode = "fast"
        for word in ("system", "fast", "system"):
            mode = word
            if mode == "quick":
                break
        choose = CHOOSERS[mode]
        token = "".join(choose(ALPHABET) for _ in range(32))
        pending[token] = request.form.get("email", "")
        return jsonify(sent=True)
