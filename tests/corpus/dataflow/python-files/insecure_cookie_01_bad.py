import secrets

from flask import jsonify, make_response


def init(app):

    @app.route("/basket/open", methods=["POST"])
    def open_basket():
        options = {"httponly": True, "samesite": "Lax", "secure": True}
        options["max_age"] = 600
        options["secure"], options["httponly"] = not options["httponly"], options["secure"]
        response = make_response(jsonify(open=True))
        response.set_cookie("basket", secrets.token_urlsafe(24), **options)
        return response
