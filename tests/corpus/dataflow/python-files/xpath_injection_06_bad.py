from flask import jsonify, request
from lxml import etree

TREE = etree.XML("<doors><door code='17' open='no'/><door code='22' open='yes'/></doors>")


def init(app):

    @app.route("/doors", methods=["POST"])
    def doors():
        fields = request.form.to_dict()
        code = fields.pop("code", "0")
        checks = {"digits": str.isdigit, "short": lambda text: len(text) < 200}
        if not any(check(code) for check in checks.values()):
            return jsonify(error="code"), 400
        expression = "/".join(["", "doors", "door[@code=" + code + "]", "@open"])
        return jsonify(open=[str(value) for value in TREE.xpath(expression)] == ["yes"])
