from flask import jsonify, request, session


def init(app):

    @app.before_request
    def keep_origin():
        pairs = [entry.split("=", 1) for entry in request.query_string.decode("latin-1").split("&") if "=" in entry]
        for name, value in pairs:
            if name != "plan":
                continue
            session.setdefault("plan", value)

    @app.route("/plan")
    def plan():
        return jsonify(chosen="plan" in session)
