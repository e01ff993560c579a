import falcon
from lxml import etree, objectify

lookup_parser = objectify.makeparser(remove_blank_text=True, resolve_entities=False, load_dtd=False)


class Readings:
    def __init__(self):
        self.latest = {}

    def on_post(self, req, resp, station):
        try:
            tree = objectify.fromstring(req.bounded_stream.read(), parser=lookup_parser)
            reading = {
                "sensor": str(tree.sensor),
                "unit": str(tree.unit),
                "value": float(tree.value),
            }
        except (etree.XMLSyntaxError, AttributeError, ValueError) as exc:
            raise falcon.HTTPBadRequest(title="unreadable reading") from exc
        self.latest[station] = reading
        resp.status = falcon.HTTP_201
        resp.media = {"stored": True}

    def on_get(self, req, resp, station):
        if station not in self.latest:
            raise falcon.HTTPNotFound()
        resp.media = self.latest[station]


def create():
    app = falcon.App()
    app.add_route("/stations/{station:int}/readings", Readings())
    return app


application = create()
