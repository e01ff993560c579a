import re

import tornado.web

from catalogue.lookup import Catalogue


class AuthorCatalogue(Catalogue):
    unwanted = re.compile(r"[']")

    def quote(self, value):
        return self.unwanted.sub("", value).strip()


class TitlesHandler(tornado.web.RequestHandler):
    def initialize(self, catalogue):
        self.catalogue = catalogue

    def get(self):
        author = self.get_query_argument("author")
        self.write({"titles": self.catalogue.titles(author)})


def make_app():
    return tornado.web.Application([(r"/titles", TitlesHandler, {"catalogue": AuthorCatalogue()})])
