from flask import request, session
import urllib.parse


def init(app):

    @app.route('/trustbound-00/tb04', methods=['GET'])
    def tb04_get():
        RESPONSE = ""
        param = urllib.parse.unquote_plus(request.cookies.get("TB04", "noCookie"))

        def doSomething(value):
            map = {}
            map["keyA"] = "a_Value"
            map["keyB"] = value
            map["keyC"] = "another_Value"
            bar = map["keyB"]
            bar = map["keyA"]
            return bar

        bar = doSomething(param)
        session.update({"visited": bar})
        RESPONSE += "saved"
        return RESPONSE
