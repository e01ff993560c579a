import base64
import os
import zlib

import flask


def encoded():
    os.system("echo " + base64.b64encode(flask.request.get_data()).decode())
    os.system("echo " + base64.b64decode(flask.request.args["text"]).decode())  # expect: command-injection


def encoded_for_urls():
    return open("/srv/" + base64.urlsafe_b64encode(flask.request.get_data()).decode())


def encoded_in_lines():
    os.system("echo '" + base64.encodebytes(flask.request.get_data()).decode() + "'")


def there_and_back():
    text = base64.b64decode(base64.b64encode(flask.request.get_data()))
    os.system("echo " + text.decode())  # expect: command-injection


def summed():
    os.system("echo %s" % zlib.crc32(flask.request.get_data()))


def decoded():
    flask.session["user"] = base64.urlsafe_b64decode(flask.request.args["user"])  # expect: trust-boundary
