import importlib

import tornado.web

EXPORTERS = {"csv": "exporters.table", "json": "exporters.record"}


class ExportHandler(tornado.web.RequestHandler):
    def exporter(self):
        name = self.get_query_argument("format", "csv")
        try:
            module_name = EXPORTERS[name]
            module = importlib.import_module(module_name)
        except (KeyError, ImportError):
            raise tornado.web.HTTPError(404)
        return getattr(module, "export")

    def get(self):
        export = self.exporter()
        self.set_header("Content-Type", "application/octet-stream")
        self.write(export(self.get_query_argument("id", "")))


def make_app():
    return tornado.web.Application([(r"/export", ExportHandler)])
