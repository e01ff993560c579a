from flask import jsonify, request, session

from shared.fields import FieldSource


def init(app):

    @app.route("/workspace/area", methods=["POST"])
    def area():
        source = FieldSource(request)
        selected = source.declared("area")
        session["area"] = selected
        return jsonify(changed=bool(source.submitted("area")))
