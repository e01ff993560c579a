"""Minimal WSGI sign-in for the maintenance console."""
import hmac
import os
import secrets
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

PASSWORD = os.environ.get("CONSOLE_PASSWORD", "")
ACTIVE = set()


def cookies_for(session_key, theme):
    jar = SimpleCookie()
    jar["console_session"] = session_key
    jar["theme"] = theme
    jar["console_session"]["path"] = "/"
    jar["console_session"]["httponly"] = True
    jar["theme"]["secure"] = True
    jar["console_session"]["secure"] = True
    return [("Set-Cookie", morsel.OutputString()) for morsel in jar.values()]


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        start_response("405 Method Not Allowed", [("Allow", "POST")])
        return [b""]
    size = min(int(environ.get("CONTENT_LENGTH") or 0), 4096)
    form = parse_qs(environ["wsgi.input"].read(size).decode("utf-8", "replace"))
    given = form.get("password", [""])[0]
    if not PASSWORD or not hmac.compare_digest(given.encode(), PASSWORD.encode()):
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"wrong password"]
    key = secrets.token_urlsafe(32)
    ACTIVE.add(key)
    theme = "dark" if form.get("theme") == ["dark"] else "light"
    start_response("303 See Other", [("Location", "/console"), *cookies_for(key, theme)])
    return [b""]
