import subprocess
from collections import ChainMap

from bottle import Bottle, request, response

app = Bottle()
SITE = {"packer": "gzip -9", "suffix": ".gz"}
FALLBACK = {"packer": "cat", "suffix": "", "source": "/var/log/app/current.log"}


def wanted():
    return {key: value for key, value in request.query.items() if value}


@app.get("/export")
def export():
    settings = ChainMap(SITE, FALLBACK, wanted())
    pieces = [
        "{packer} < {source}".format_map({**FALLBACK, "packer": settings["packer"]}),
        "> /var/spool/export/current.out",
    ]
    done = subprocess.call(["/bin/bash", "-c", " ".join(pieces)])
    response.content_type = "application/json"
    return {"ok": done == 0, "asked": len(settings.maps)}


if __name__ == "__main__":
    app.run(port=8090)
