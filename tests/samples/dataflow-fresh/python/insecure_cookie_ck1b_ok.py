from functools import partial
from flask import request, make_response

cookie_options = dict(httponly=True, secure=not False)


def init(app):

    @app.route('/securecookie-00/zck1', methods=['POST'])
    def zck1_post():
        RESPONSE = "ok"
        resp = make_response(RESPONSE)
        put = partial(resp.set_cookie, "choice", path="/", **cookie_options)
        put("one")
        return resp
