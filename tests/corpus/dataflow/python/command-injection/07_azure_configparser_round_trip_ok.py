import configparser
import json
import logging
import os

import azure.functions as func

app = func.FunctionApp()


def as_config(fields):
    parser = configparser.ConfigParser(interpolation=None)
    parser.add_section("job")
    parser.set("job", "title", fields.get("title", "untitled"))
    parser.set("job", "volume", "/mnt/share")
    return parser


@app.route(route="usage", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def usage(req: func.HttpRequest) -> func.HttpResponse:
    parser = as_config(req.get_json())
    target = parser.get("job", "volume")
    with os.popen("df -k " + target) as pipe:
        lines = pipe.readlines()
    logging.info("usage asked, %d lines", len(lines))
    return func.HttpResponse(json.dumps({"lines": lines}), mimetype="application/json")
