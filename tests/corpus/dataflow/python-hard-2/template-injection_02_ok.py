from pathlib import Path
from wsgiref.simple_server import make_server

from mako.template import Template
from pyramid.config import Configurator
from pyramid.view import view_config, view_defaults


class LabelStore:
    """Keeps the label layouts of the warehouse printers."""

    BUILTIN = {
        "small": "${sku} / ${bin}",
        "large": "SKU ${sku}\nBIN ${bin}\nQTY ${quantity}",
    }

    def __init__(self):
        self._layouts = dict(self.BUILTIN)

    def layout(self, name):
        return self._layouts[name]

    def add(self, name, text):
        self._layouts[name] = text

    def __contains__(self, name):
        return name in self._layouts


class LabelPrinter:
    def __init__(self, store, spool):
        self.store = store
        self.spool = Path(spool)

    def print_label(self, name, **fields):
        text = Template(self.store.layout(name)).render(**fields)
        with self.spool.open("a", encoding="utf-8") as fh:
            fh.write(text + "\f")


@view_defaults(renderer="json")
class LabelViews:
    def __init__(self, request):
        self.request = request
        self.store = request.registry["labels"]
        self.printer = LabelPrinter(self.store, "/var/spool/labels.txt")

    @view_config(route_name="labels", request_method="POST")
    def create(self):
        body = self.request.json_body
        name = body.get("layout", "small")
        if name not in self.store:
            self.store.add(name, self.store.BUILTIN["large"])
        self.printer.print_label(
            name,
            sku=body.get("sku", ""),
            bin=body.get("bin", ""),
            quantity=body.get("text", ""),
        )
        return {"printed": True}


def main():
    with Configurator() as config:
        config.registry["labels"] = LabelStore()
        config.add_route("labels", "/labels")
        config.scan()
        return config.make_wsgi_app()


if __name__ == "__main__":
    make_server("127.0.0.1", 6543, main()).serve_forever()
