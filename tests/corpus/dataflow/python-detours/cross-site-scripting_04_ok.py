import threading

import tornado.ioloop
import tornado.web
from tornado.escape import xhtml_escape


class Heading:
    def __init__(self):
        self.text = "Untitled"

    def fill(self, raw):
        self.text = xhtml_escape(raw.strip()[:120])


class PreviewHandler(tornado.web.RequestHandler):
    def get(self):
        heading = Heading()
        title = self.get_query_argument("title", "Untitled")
        worker = threading.Thread(target=heading.fill, args=(title,))
        worker.start()
        worker.join()
        width = int(42 * 2 > 80) * 640 or 320
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write("<!doctype html><div style='width:%dpx'><h2>%s</h2></div>" % (width, heading.text))


def make_app():
    return tornado.web.Application([(r"/preview", PreviewHandler)])


if __name__ == "__main__":
    make_app().listen(8084)
    tornado.ioloop.IOLoop.current().start()
