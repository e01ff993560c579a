import cgi
import os
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler


def environment(environ, start_response):
    start_response("200 OK", [])
    os.system("ls " + environ["QUERY_STRING"])  # expect: command-injection


def started(environ, start_response):
    start_response("302 Found", [("Location", environ["HTTP_REFERER"])])  # expect: open-redirect


def sent_page(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [environ["QUERY_STRING"].encode()]  # expect: cross-site-scripting


def form():
    os.system("ls " + cgi.FieldStorage().getvalue("folder"))  # expect: command-injection


class Page(BaseHTTPRequestHandler):
    def address(self):
        os.system("ls " + self.path)  # expect: command-injection

    def header(self):
        os.system("ls " + self.headers["X-Folder"])  # expect: command-injection

    def body(self):
        os.system(self.rfile.read(100))  # expect: command-injection

    def page(self):
        self.send_header("Content-Type", "text/html")
        self.wfile.write(self.rfile.read(100))  # expect: cross-site-scripting

    def plain(self):
        self.send_header("Content-Type", "text/plain")
        self.wfile.write(self.rfile.read(100))

    def error(self):
        self.send_error(404, "not found", self.path)

    def located(self):
        self.send_header("Location", self.headers["Referer"])  # expect: open-redirect

    def sent_cookie(self):
        self.send_header("Set-Cookie", "theme=dark; Path=/")  # expect: insecure-cookie
        self.send_header("Set-Cookie", "theme=dark; Path=/; Secure")


def cookie():
    jar = SimpleCookie()
    jar["theme"] = "dark"  # expect: insecure-cookie
    jar["size"] = "large"
    jar["size"]["secure"] = True
    return jar
