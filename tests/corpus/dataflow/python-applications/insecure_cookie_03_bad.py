import secrets
from functools import lru_cache

import falcon


class TokenStore:
    def __init__(self):
        self.live = {}

    def open(self, account_id):
        token = secrets.token_urlsafe(32)
        self.live[token] = account_id
        return token

    def close(self, token):
        return self.live.pop(token, None)


@lru_cache
def store():
    return TokenStore()


class SessionResource:
    cookie = "sid"

    def on_post(self, req, resp):
        media = req.get_media()
        if media.get("door_code") not in req.context.door_codes:
            raise falcon.HTTPForbidden()
        token = store().open(req.context.door_codes[media["door_code"]])
        resp.set_cookie(self.cookie, token, max_age=1800, http_only=True, secure=False)
        resp.media = {"signed_in": True}

    def on_delete(self, req, resp):
        for token in req.get_cookie_values(self.cookie) or ():
            store().close(token)
        resp.status = falcon.HTTP_204


class DoorCodes:
    def __init__(self, codes):
        self.codes = codes

    def process_request(self, req, resp):
        req.context.door_codes = self.codes


app = falcon.App(middleware=[DoorCodes({})])
app.add_route("/session", SessionResource())
