import re

import tornado.web

ALLOWED = re.compile(r"https://(www|static)\.harbour\.example(/[\w/-]*)?")


class OutHandler(tornado.web.RequestHandler):
    def prepare(self):
        self._where = self.get_query_argument("page", "")

    @property
    def where(self):
        if ALLOWED.fullmatch(self._where):
            return self._where
        return "https://www.harbour.example/"

    def get(self):
        self.redirect(self.where)


def make_app():
    return tornado.web.Application([(r"/out", OutHandler)])
