import os
from string import Template

from flask import request, send_file


def init(app):

    @app.route("/covers")
    def cover():
        pattern = Template("/srv/covers/${group}/${isbn}.png")
        isbn, *_ = request.args.get("isbn", "").split("|")
        digits = "".join(filter(str.isdecimal, isbn))
        name = isbn and digits
        path = pattern.safe_substitute(group="small", isbn=name)
        if not os.path.isfile(path):
            return {"error": "cover"}, 404
        return send_file(path, mimetype="image/png")
