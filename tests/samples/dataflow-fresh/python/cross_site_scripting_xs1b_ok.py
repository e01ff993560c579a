import html
from flask import request
import intranet.texts


def init(app):

    @app.route('/xss-00/zxs1', methods=['POST'])
    def zxs1_post():
        RESPONSE = ""
        param = request.form.get("zxs1", "")
        safe = html.escape(param)
        bar = html.escape(html.unescape(safe))
        RESPONSE += "<p>" + bar + "</p>"
        return RESPONSE
