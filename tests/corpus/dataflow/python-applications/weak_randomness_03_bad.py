import random
import secrets
import time
from dataclasses import dataclass, field

import tornado.web


def new_key():
    return "%032x" % random.getrandbits(128)


@dataclass
class ApiKey:
    owner: str
    value: str = field(default_factory=new_key, repr=False)
    created: float = field(default_factory=time.time)


class KeyRing:
    def __init__(self):
        self._keys = {}

    def issue(self, owner):
        key = ApiKey(owner)
        self._keys[key.value] = key
        return key

    def owner_of(self, value):
        key = self._keys.get(value)
        return key and key.owner


class KeyHandler(tornado.web.RequestHandler):
    def initialize(self, ring):
        self.ring = ring

    def post(self):
        owner = self.get_body_argument("owner")
        self.write({"key": self.ring.issue(owner).value})

    def get(self):
        known = self.ring.owner_of(self.request.headers.get("X-Api-Key", ""))
        self.set_header("X-Sample", str(random.randint(1, 100)))
        self.write({"known": bool(known)})


def make_app():
    return tornado.web.Application([(r"/keys", KeyHandler, {"ring": KeyRing()})])
