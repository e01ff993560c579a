import json
import re
from collections import namedtuple

from flask import jsonify, request

Choice = namedtuple("Choice", "locale variant")


def init(app):

    @app.get("/strings")
    def strings():
        header = request.headers.get("Accept-Language", "en")
        choice = json.loads(json.dumps({"locale": header, "variant": "plain"}), object_hook=lambda d: Choice(**d))
        if re.search(r"[a-z]{2}\Z", choice.locale) is None:
            choice = choice._replace(locale="en")
        path = "/srv/strings/{0.variant}/{0.locale}".format(choice)
        try:
            with open(path) as source:
                lines = source.readlines()
        except FileNotFoundError:
            return jsonify({}), 404
        return jsonify(dict(line.rstrip().partition("=")[::2] for line in lines))
