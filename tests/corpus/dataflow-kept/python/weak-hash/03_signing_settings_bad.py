"""Signs the export archives; the digest comes from the settings file."""
import base64
import configparser
import hashlib

import tornado.web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives import hashes

DEFAULTS = """
[cache]
digest = sha256
[archive]
digest = sha1
"""


def load_settings():
    settings = configparser.ConfigParser()
    settings.read_string(DEFAULTS)
    return settings


def fingerprint(data, settings):
    return hashlib.new(settings["archive"]["digest"], data)


class ArchiveHandler(tornado.web.RequestHandler):
    def initialize(self, key_path):
        self.settings_file = load_settings()
        with open(key_path, "rb") as handle:
            self.key = serialization.load_pem_private_key(handle.read(), password=None)

    def post(self):
        digest = fingerprint(self.request.body, self.settings_file)
        scheme = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[digest.name]
        signature = self.key.sign(digest.digest(), ec.ECDSA(utils.Prehashed(scheme())))
        self.write({"signature": base64.b64encode(signature).decode()})
