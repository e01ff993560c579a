import json
import os

import falcon

THEMES = "/srv/themes"


class ThemeLoader:
    def __init__(self, root=THEMES):
        self.root = root

    def clean(self, name):
        while name.startswith("/"):
            name = name[1:]
        return name.replace("../", "")

    def load(self, name):
        path = os.path.join(self.root, self.clean(name), "theme.json")
        with open(path, encoding="utf-8") as handle:
            return json.load(handle)


class ThemeResource:
    def __init__(self, loader):
        self.loader = loader

    def on_get(self, req, resp):
        name = req.get_param("name") or "plain"
        try:
            theme = self.loader.load(name)
        except (OSError, ValueError):
            raise falcon.HTTPNotFound()
        resp.media = {"colors": theme.get("colors", [])}


app = falcon.App()
app.add_route("/theme", ThemeResource(ThemeLoader()))
