import hashlib

import tornado.web

from credentials.hashers import PasswordHasher


class SiteHasher(PasswordHasher):
    name = "sha1"

    def digest(self, password, salt):
        return hashlib.new(self.name, salt + password).digest()


class PasswordHandler(tornado.web.RequestHandler):
    def initialize(self, users):
        self.users = users
        self.hasher = SiteHasher()

    def post(self):
        name = self.get_body_argument("name")
        if not self.hasher.verify(self.get_body_argument("old"), self.users[name]):
            raise tornado.web.HTTPError(403)
        self.users[name] = self.hasher.encode(self.get_body_argument("new"))
        self.write({"changed": True})


def make_app(users):
    return tornado.web.Application([(r"/password", PasswordHandler, {"users": users})])
