from flask import Response, request

TYPES = {"page": "text/html", "download": "text/plain"}


def init(app):

    @app.route("/notes/echo", methods=["POST"])
    def echo():
        note = "".join(reversed(request.get_data(as_text=True)))
        number = 86
        kind = "page" if 7 * 18 + number > 200 else "download"
        return Response(
            note,
            mimetype=TYPES[kind],
            headers={"X-Content-Type-Options": "nosniff"},
        )
