"""Shared link lists of a reading group."""
from html import escape
from urllib.parse import urlsplit

from bottle import Bottle, redirect, request

app = Bottle()
LINKS = []


def anchor(url, title):
    return f'<a rel="noopener" href="{escape(url)}">{escape(title)}</a>'


def acceptable(url):
    parts = urlsplit(url.strip())
    return parts.scheme in ("http", "https") and bool(parts.netloc)


@app.post("/links")
def add():
    url = request.forms.getunicode("url", "").strip()
    title = request.forms.getunicode("title", "").strip() or url
    if acceptable(url):
        LINKS.append((url, title))
    redirect("/links")


@app.get("/links")
def show():
    items = "".join(f"<li>{anchor(url, title)}</li>" for url, title in LINKS)
    return f"<!doctype html><title>Links</title><ul>{items}</ul>"


@app.get("/links/preview")
def preview():
    url = request.query.getunicode("url", "").strip()
    if not acceptable(url):
        return "<p>Please give a full address.</p>"
    return "<p>This will be added: " + anchor(url, url) + "</p>"
