import os
import pickle

import falcon


def query(req, resp):
    os.system("ls " + req.get_param("folder"))  # expect: command-injection


def body(req, resp):
    os.system("ls " + req.media["folder"])  # expect: command-injection


def header(req, resp):
    os.system("ls " + req.get_header("X-Folder"))  # expect: command-injection


def page(req, resp):
    resp.text = "Hello " + req.get_param("name")
    resp.content_type = "text/html"
    resp.text = "Hello " + req.get_param("name")  # expect: cross-site-scripting


def named_page(req, resp):
    resp.content_type = falcon.MEDIA_HTML
    resp.text = "Hello " + req.get_param("name")  # expect: cross-site-scripting


def redirected(req, resp):
    raise falcon.HTTPFound(req.get_param("next"))  # expect: open-redirect


def cookie(req, resp):
    resp.set_cookie("theme", "dark")
    resp.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie


class Item:
    def on_get(self, req, resp, name):
        os.system("ls " + name)  # expect: command-injection


class Pickled(falcon.media.BaseHandler):
    def deserialize(self, stream, content_type, content_length):
        return pickle.loads(stream.read())  # expect: unsafe-deserialization

    def serialize(self, media, content_type):
        return pickle.dumps(media)
