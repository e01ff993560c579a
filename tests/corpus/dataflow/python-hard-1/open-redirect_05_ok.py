from urllib.parse import urlsplit, urlunsplit

import falcon
import falcon.asgi

DOMAIN = "acme.example"
HOSTS = frozenset({DOMAIN, f"www.{DOMAIN}", f"docs.{DOMAIN}"})


class ExitResource:
    async def on_get(self, req, resp):
        wanted = req.get_param("url", default="")
        try:
            parts = urlsplit(wanted)
            host = (parts.hostname or "").lower()
        except ValueError:
            raise falcon.HTTPBadRequest(title="Malformed address")
        if host not in HOSTS:
            raise falcon.HTTPForbidden(title="Address is not ours")
        path = "/" + parts.path.lstrip("/")
        raise falcon.HTTPSeeOther(urlunsplit(("https", host, path, "", "")))


class StatusResource:
    async def on_get(self, req, resp):
        resp.media = {"hosts": len(HOSTS)}


app = falcon.asgi.App()
app.add_route("/exit", ExitResource())
app.add_route("/status", StatusResource())
