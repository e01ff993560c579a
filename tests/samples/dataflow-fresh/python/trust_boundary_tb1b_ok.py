import flask
from flask import request
import collections


def init(app):

    @app.route('/trustbound-00/ztb1', methods=['POST'])
    def ztb1_post():
        RESPONSE = ""
        param = request.headers.get("ztb1", "")
        chain = collections.ChainMap({"who": "nobody"}, {"who": param, "what": param})
        bar = chain["who"]
        flask.session[bar] = '10340'
        RESPONSE += "saved"
        return RESPONSE
