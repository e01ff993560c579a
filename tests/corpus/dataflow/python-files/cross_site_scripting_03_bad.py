from flask import request
from markupsafe import Markup


def listed(names):
    for name in names:
        yield Markup("<li>%s</li>" % name)


def init(app):

    @app.route("/uploads/received", methods=["POST"])
    def received():
        files = request.files.getlist("document")
        items = Markup("").join(listed([file.filename for file in files]))
        return Markup("<ul>{}</ul>").format(items)
