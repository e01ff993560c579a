import xml.etree.ElementTree as ET

from flask import jsonify, request

from shared.stages import stage_for


def init(app):

    @app.route("/accounts/plan", methods=["POST"])
    def plan():
        submitted = request.get_json(force=True).get("account", "")
        tree = ET.parse("accounts.xml")

        stage = stage_for("tidy")
        account = stage.apply(str(submitted))
        node = tree.getroot().find("./account[@name='" + account + "']/plan")
        return jsonify(plan=node.text if node is not None else None)
