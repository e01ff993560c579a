import os

import tornado.escape
import tornado.template
import tornado.web
import tornado.websocket
from tornado.httpclient import AsyncHTTPClient


class Page(tornado.web.RequestHandler):
    def argument(self):
        os.system("ls " + self.get_argument("folder"))  # expect: command-injection

    def body(self):
        os.system(self.request.body)  # expect: command-injection

    def header(self):
        os.system("ls " + self.request.headers["X-Folder"])  # expect: command-injection

    def address(self):
        os.system("ls " + self.request.uri)  # expect: command-injection
        self.redirect(self.request.uri)

    def written(self):
        self.write("Hello " + self.get_argument("name"))  # expect: cross-site-scripting
        self.write({"name": self.get_argument("name")})

    def plain(self):
        self.set_header("Content-Type", "text/plain")
        self.write("Hello " + self.get_argument("name"))

    def redirected(self):
        self.redirect(self.get_argument("next"))  # expect: open-redirect

    def created(self):
        self.set_status(201)
        self.set_header("Location", self.get_argument("next"))

    def located(self):
        self.set_header("Location", self.get_argument("next"))  # expect: open-redirect

    def template(self):
        return tornado.template.Template("<p>" + self.get_argument("name")) is None  # expect: template-injection

    async def fetched(self):
        await AsyncHTTPClient().fetch(self.get_argument("url"))  # expect: server-side-request-forgery

    def signed(self):
        self.set_signed_cookie("user", self.get_argument("user"), secure=True)  # expect: trust-boundary

    def cookie(self):
        self.set_cookie("theme", "dark")  # expect: insecure-cookie
        self.set_cookie("theme", "dark", secure=True)

    def cookie_off(self):
        self.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie

    def escaped(self):
        self.write("<p>Hello " + tornado.escape.xhtml_escape(self.get_argument("name")) + "</p>")

    def rendered(self):
        page = tornado.template.Loader("/srv/pages").load("hello.html")
        self.write(page.generate(name=self.get_argument("name")))

    def own_page(self):
        self.redirect(self.reverse_url("home", self.get_argument("tab")))

    def get(self, folder):
        os.system("ls " + folder)  # expect: command-injection


class Socket(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        os.system("ls " + message)  # expect: command-injection
