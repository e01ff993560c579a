from flask import render_template_string, request


def init(app):

    @app.route("/greeting")
    def greeting():
        visitor = request.args.get("visitor", "guest")
        opening = "<html><body><h1>Welcome, "
        ending = "</h1></body></html>"
        page = opening + visitor.replace("<", "").replace(">", "") + ending
        return render_template_string(page)
