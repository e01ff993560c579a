import os

import ldap
import tornado.web
from ldap.dn import escape_dn_chars
from ldap.filter import escape_filter_chars


class Directory:
    def __init__(self, url):
        self.link = ldap.initialize(url)

    def read(self, unit, name):
        name = escape_filter_chars(name)
        dn = "cn=" + name + ",ou=" + unit + ",dc=example,dc=org"
        return self.link.search_s(dn, ldap.SCOPE_BASE, "(objectClass=*)", ["mail"])


class CardHandler(tornado.web.RequestHandler):
    def initialize(self, directory):
        self.directory = directory

    def get(self, name):
        entries = self.directory.read("people", name)
        if not entries:
            raise tornado.web.HTTPError(404)
        self.write({"found": len(entries)})


def make_app():
    directory = Directory(os.environ["LDAP_URL"])
    return tornado.web.Application([(r"/cards/([^/]+)", CardHandler, {"directory": directory})])
