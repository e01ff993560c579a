import html
import shlex
import subprocess
import urllib.parse

from flask import jsonify, request


def query_value(name):
    raw = request.query_string.decode("utf-8")
    marker = name + "="
    position = raw.find(marker)
    if position == -1:
        return ""
    tail = raw[position + len(marker):]
    end = tail.find("&")
    if end != -1:
        tail = tail[:end]
    return urllib.parse.unquote_plus(tail)


def init(app):

    @app.route("/words/count")
    def words():
        title = query_value("title")
        quoted = shlex.quote(title)
        command = " ".join(["printf", "%s", quoted, "|", "aspell", "list", "|", "wc", "-l"])
        try:
            text = subprocess.check_output(command, shell=True)
        except subprocess.CalledProcessError:
            return jsonify(misspelt=None), 500
        return jsonify(misspelt=int(text.strip() or 0))
