import os
import urllib.parse
from flask import request
import intranet.texts


def init(app):

    @app.route('/cmdi-00/ci02', methods=['GET'])
    def ci02_get():
        RESPONSE = ""
        raw = request.query_string.decode('utf-8')
        name = "target="
        at = raw.find(name)
        if at == -1:
            return "missing parameter"
        param = raw[at + len(name):]
        end = param.find("&")
        if end != -1:
            param = param[:end]
        param = urllib.parse.unquote_plus(param)

        possible = "ABC"
        guess = possible[0]
        match guess:
            case 'A':
                bar = 'bob'
            case 'B':
                bar = param
            case 'C' | 'D':
                bar = param
            case _:
                bar = 'bob\'s your uncle'

        with os.popen(f"ping -c 1 {bar}") as pipe:
            for line in pipe:
                RESPONSE += intranet.texts.escape_for_html(line) + "<br>"
        return RESPONSE
