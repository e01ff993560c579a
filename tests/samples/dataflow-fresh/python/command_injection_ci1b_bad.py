import json
import os
import urllib.parse
import zlib
import binascii
from flask import request


def init(app):

    @app.route('/cmdi-00/zci1', methods=['POST'])
    def zci1_post():
        param = request.form.get("zci1", "")
        packed = binascii.hexlify(zlib.compress(json.dumps({"a": param, "b": "x"}).encode()))
        unpacked = json.loads(zlib.decompress(binascii.unhexlify(packed)))
        bar = unpacked["a"]
        code = os.system(f"logger -t web {bar}")
        return str(code)
