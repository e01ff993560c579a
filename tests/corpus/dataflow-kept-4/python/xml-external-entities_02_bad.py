import tornado.ioloop
import tornado.web

from directory.xmlio import load, text_of


class ImportHandler(tornado.web.RequestHandler):
    def initialize(self, registry, expand=False):
        self.registry = registry
        self.expand = expand

    def post(self):
        upload = self.request.files.get("people", [None])[0]
        if upload is None:
            raise tornado.web.HTTPError(400)
        root = load(upload["body"], expand=self.expand)
        added = []
        for person in root.iter("person"):
            record = {"name": text_of(person, "name"), "phone": text_of(person, "phone")}
            self.registry.append(record)
            added.append(record["name"])
        self.write({"added": added})


def make_app():
    settings = {"registry": [], "expand": True}
    return tornado.web.Application([(r"/import", ImportHandler, settings)])


if __name__ == "__main__":
    make_app().listen(8020)
    tornado.ioloop.IOLoop.current().start()
