import tornado.web

from shared.stages import stage_for


class SheetHandler(tornado.web.RequestHandler):
    ORDER = ("tidy", "fallback", "verbatim")

    def get(self):
        name = self.get_query_argument("sheet", "blank")
        for stage in map(stage_for, self.ORDER[::2]):
            name = stage.apply(name)
        self.set_header("Content-Type", "application/octet-stream")
        try:
            with open("/srv/sheets/" + name + ".csv", "rb") as source:
                self.write(source.read())
        except FileNotFoundError:
            raise tornado.web.HTTPError(404)
