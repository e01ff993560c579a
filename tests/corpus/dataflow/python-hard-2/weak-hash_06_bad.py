import os

import cherrypy
from Crypto.Hash import SHA1 as Digest
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15


class Notary:
    def __init__(self, key_file):
        with open(key_file, "rb") as fh:
            self.key = RSA.import_key(fh.read(), passphrase=os.environ.get("NOTARY_PASSPHRASE"))
        self.scheme = pkcs1_15.new(self.key)

    def seal(self, chunks):
        state = Digest.new()
        for chunk in chunks:
            state.update(chunk)
        return self.scheme.sign(state)


class Root:
    def __init__(self, notary):
        self.notary = notary

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def seal(self, document=None):
        if document is None or document.file is None:
            raise cherrypy.HTTPError(400, "document expected")
        chunks = iter(lambda: document.file.read(65536), b"")
        return {"signature": self.notary.seal(chunks).hex()}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def index(self):
        return {"bits": self.notary.key.size_in_bits()}


if __name__ == "__main__":
    cherrypy.config.update({"server.socket_host": "127.0.0.1", "server.max_request_body_size": 8 << 20})
    cherrypy.quickstart(Root(Notary("notary.pem")))
