from flask import redirect, request


def init(app):

    @app.route("/login/done")
    def login_done():
        stops = ["/home"]
        stops.extend(request.args.getlist("next"))
        stops.append("/inbox")
        stops.append("/calendar")
        stops.pop()

        destination = stops[-1]
        return redirect(destination)
