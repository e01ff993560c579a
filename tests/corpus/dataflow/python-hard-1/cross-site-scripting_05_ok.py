import cherrypy
import dominate
from dominate import tags
from dominate.util import raw, text


class GuestBook:
    title = "Guest book"

    @cherrypy.expose
    def index(self):
        page = dominate.document(title=self.title)
        with page:
            with tags.form(action="/preview", method="get"):
                tags.input_(name="entry")
                tags.button("Preview", type="submit")
        return page.render()

    @cherrypy.expose
    def preview(self, entry="", mood="fine"):
        page = dominate.document(title=self.title)
        with page:
            tags.h1("Preview")
            with tags.blockquote(cls="entry"):
                for line in entry.splitlines():
                    text(line.strip())
                    tags.br()
            tags.p("Mood: ", tags.em(mood))
        return page.render()


if __name__ == "__main__":
    cherrypy.quickstart(GuestBook(), "/")
