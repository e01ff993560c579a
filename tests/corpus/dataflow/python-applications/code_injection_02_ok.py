import falcon

MACROS = {
    "reset": "state['counter'] = 0",
    "double": "state['counter'] = state['counter'] * 2",
    "park": "state.update(position='home', counter=0)",
}


class MacroEngine:
    def __init__(self):
        self.state = {"counter": 1, "position": "away"}

    def play(self, *steps):
        for step in steps:
            exec(step, {"state": self.state})
        return self.state["counter"]


class MacroResource:
    def __init__(self, engine):
        self.engine = engine

    def on_post(self, req, resp):
        media = req.get_media()
        names = media.get("macros") or []
        try:
            steps = [MACROS[n] for n in names if n in MACROS]
        except TypeError:
            raise falcon.HTTPBadRequest(title="macros must be a list of names")
        counter = self.engine.play(*steps)
        resp.media = {"steps": len(steps), "idle": counter == 0}


def build():
    application = falcon.App()
    application.add_route("/macros", MacroResource(MacroEngine()))
    return application


application = build()
