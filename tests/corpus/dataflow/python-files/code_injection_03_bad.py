import re

from flask import jsonify, request

SUM = re.compile(r"[0-9]{1,6}([+*-][0-9]{1,6}){0,8}")


def checked(text):
    found = SUM.match(text)
    if found is None:
        raise ValueError("unexpected characters")
    return text


def init(app):

    @app.route("/sheet/cell", methods=["POST"])
    def cell():
        formula = request.form.get("formula", "0").replace(" ", "")
        try:
            formula = checked(formula)
        except ValueError:
            return jsonify(error="formula"), 400
        else:
            value = eval(formula)
        finally:
            app.logger.debug("cell computed")
        return jsonify(value=float(value))
