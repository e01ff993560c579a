import json

import tornado.web
from tornado.escape import xhtml_escape

TEMPLATE = """<!doctype html>
<title>{title}</title>
<div id="map"></div>
<script>
const view = {state};
draw(document.getElementById("map"), view.zoom, view.place);
</script>
"""


class MapHandler(tornado.web.RequestHandler):
    def state(self):
        zoom = int(self.get_query_argument("zoom", "7"))
        place = self.get_query_argument("place", "")
        return {"zoom": max(1, min(zoom, 18)), "place": place}

    def get(self):
        state = self.state()
        text = json.dumps(state)
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        self.write(TEMPLATE.format(title=xhtml_escape(state["place"]), state=text))


def make_app():
    return tornado.web.Application([(r"/map", MapHandler)])
