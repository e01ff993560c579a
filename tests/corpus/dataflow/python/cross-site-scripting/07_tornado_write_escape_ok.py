import shlex

import tornado.web
from tornado.escape import xhtml_escape


class Notice:
    def __init__(self, text):
        self.text = text

    @property
    def markup(self):
        return "<p class=notice>" + xhtml_escape(self.text) + "</p>"


class NoticeHandler(tornado.web.RequestHandler):
    def get(self, name):
        parts = ["<!doctype html>", "<title>Notice</title>"]
        notice = Notice("Welcome, %s" % name)
        parts += [notice.markup]
        self.write("".join(parts))
        self.finish()


def make_app():
    return tornado.web.Application([(r"/notice/(.+)", NoticeHandler)])
