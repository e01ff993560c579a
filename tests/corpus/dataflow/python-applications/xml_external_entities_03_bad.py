import falcon
from lxml import etree

HARDENED = {"resolve_entities": False, "load_dtd": False, "no_network": True}

PROFILES = {
    "modern": {"remove_blank_text": True},
    "legacy": {"recover": True, "resolve_entities": True, "load_dtd": True},
}


def parser_options(profile):
    chosen = PROFILES.get(profile, PROFILES["modern"])
    return {**HARDENED, **chosen}


class Catalogue:
    def __init__(self, stream, profile):
        parser = etree.XMLParser(**parser_options(profile))
        self._tree = etree.parse(stream, parser)

    def __iter__(self):
        for item in self._tree.getroot().iterchildren("item"):
            yield {"name": item.findtext("name"), "note": item.findtext("note")}


class CatalogueResource:
    def on_post(self, req, resp):
        profile = req.get_param("profile", default="modern")
        try:
            resp.media = {"items": list(Catalogue(req.bounded_stream, profile))}
        except etree.XMLSyntaxError:
            raise falcon.HTTPBadRequest(title="not a catalogue")


app = falcon.App()
app.add_route("/catalogue", CatalogueResource())
