import hashlib
import hmac

import tornado.web

ACCEPTED = {"sha256", "sha384", "sha512"}


class WebhookHandler(tornado.web.RequestHandler):
    """Takes a delivery whose body digest was agreed over another channel."""

    def initialize(self, digests):
        self.digests = digests

    def post(self):
        name, _, claimed = self.request.headers.get("Digest", "").partition("=")
        if name not in ACCEPTED:
            raise tornado.web.HTTPError(400)
        actual = getattr(hashlib, name)(self.request.body).hexdigest()
        if not hmac.compare_digest(actual, claimed) or claimed not in self.digests:
            raise tornado.web.HTTPError(403)
        self.set_status(202)


def make_app(digests):
    return tornado.web.Application([(r"/hook", WebhookHandler, {"digests": digests})])
