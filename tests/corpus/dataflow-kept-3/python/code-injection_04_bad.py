import configparser

import falcon

DEFAULTS = """
[score]
weight = 3
formula = hits * 2 - misses
"""


class ScoreResource:
    def __init__(self):
        self.seen = 0

    def _settings(self, overrides):
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(DEFAULTS)
        for key, value in overrides.items():
            section = "score" if key in ("weight", "formula") else "notes"
            if not parser.has_section(section):
                parser.add_section(section)
            parser.set(section, key, str(value))
        return parser

    def on_post(self, req, resp):
        body = req.get_media()
        settings = self._settings(body.get("settings", {}))
        scope = {"hits": int(body.get("hits", 0)), "misses": int(body.get("misses", 0))}
        exec("result = " + settings.get("score", "formula"), scope)
        self.seen += 1
        resp.media = {"score": float(scope["result"]) * settings.getint("score", "weight")}


app = falcon.App()
app.add_route("/score", ScoreResource())
