import hashlib
import hmac
import os

import tornado.web


class Signer:
    digests = {"blake2b": hashlib.blake2b, "sha1": hashlib.sha1}

    def __init__(self, key, digest="sha1"):
        self.key = key
        self.digest = self.digests[digest]

    def __call__(self, text):
        return hmac.new(self.key, text.encode(), self.digest).hexdigest()


class SignedLinkHandler(tornado.web.RequestHandler):
    def initialize(self):
        key = os.environ["LINK_KEY"].encode()
        self.signer = Signer(key, *["blake2b"])

    def get(self, number):
        item = int(number)
        self.write({"item": item, "signature": self.signer(f"item-{item}")})
