import html
import os

import cherrypy
from cherrypy.lib import static


class Shop:
    @cherrypy.expose
    def page(self, name=""):
        return "<p>" + name  # expect: cross-site-scripting

    @cherrypy.expose
    def escaped(self, name=""):
        return "<p>" + html.escape(name)

    @cherrypy.expose
    def redirected(self):
        raise cherrypy.HTTPRedirect(cherrypy.request.params["to"])  # expect: open-redirect

    @cherrypy.expose
    def parameters(self):
        os.system("ls " + cherrypy.request.params["folder"])  # expect: command-injection

    @cherrypy.expose
    def header(self):
        os.system("ls " + cherrypy.request.headers["X-Folder"])  # expect: command-injection

    @cherrypy.expose
    def served(self, name):
        return static.serve_file("/srv/" + name)  # expect: path-traversal

    @cherrypy.expose
    def kept(self, role):
        cherrypy.session["role"] = role  # expect: trust-boundary
