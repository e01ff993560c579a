import importlib
from collections import ChainMap

import bottle

PLUGINS = {"csv": "json", "text": "textwrap"}
app = bottle.Bottle()


def lookup(name, *layers):
    chain = ChainMap(*layers)
    return chain.get(name) or "json"


@app.post("/plugins/run")
def run_plugin():
    asked = dict(bottle.request.forms)
    source = lookup("csv", PLUGINS, asked)
    scope = {"importlib": importlib}
    exec(f"module = importlib.import_module('{source}')", scope)
    return {"names": len(dir(scope["module"]))}
