"""Leaves the shop for one of the partner sites and counts the click."""
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, abort, redirect, request

app = Flask(__name__)
PARTNERS = {"example.com", "example.org"}
clicks = {}


def checked(address):
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or host not in PARTNERS:
        return None
    return urlunsplit(("https", host, parts.path, parts.query, ""))


@app.get("/exit")
def leave():
    address = checked(request.args.get("to", ""))
    if address is None:
        abort(400, "not one of our partners")
    campaign = request.args.get("campaign", "none")[:40]
    clicks[campaign] = clicks.get(campaign, 0) + 1
    return redirect(address, code=302)
