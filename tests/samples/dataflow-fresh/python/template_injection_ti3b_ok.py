from jinja2 import Environment
from flask import request


def init(app):
    env = Environment(autoescape=True)

    @app.route('/ti-00/zti3', methods=['POST'])
    def zti3_post():
        param = request.form.get("zti3", "")
        if "{" in param or "}" in param:
            return "not allowed"
        return env.from_string("Hi " + param).render()
