"""Download links with an expiry, and the ETag of the files behind them."""
import hashlib
import hmac
import time

from flask import Flask, abort, request, send_from_directory, url_for

app = Flask(__name__)
app.config.from_prefixed_env()
DIGESTS = {"etag": "md5", "link": "sha256"}
FILES = "/srv/downloads"


def etag_of(data):
    return hashlib.new(DIGESTS["etag"], data, usedforsecurity=False).hexdigest()


def ticket_for(name, expires):
    message = f"{name}|{expires}|{app.config['LINK_KEY']}".encode()
    return hashlib.new(DIGESTS["etag"], message).hexdigest()


def link_for(name, lifetime=600):
    expires = int(time.time()) + lifetime
    return url_for("download", name=name, e=expires, t=ticket_for(name, expires))


@app.get("/files/<name>")
def download(name):
    expires = request.args.get("e", 0, type=int)
    ticket = request.args.get("t", "")
    if expires < time.time():
        abort(410)
    if not hmac.compare_digest(ticket.encode(), ticket_for(name, expires).encode()):
        abort(403)
    response = send_from_directory(FILES, name)
    response.set_etag(etag_of(f"{name}{expires}".encode()))
    return response
