from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

app = FastAPI()

DOMAIN = "orchard.example"
HOME = f"https://www.{DOMAIN}/"


def own_host(host):
    return host == DOMAIN or host.endswith("." + DOMAIN)


def destination(raw: str | None) -> str:
    if not raw or "\\" in raw or not raw.isprintable():
        return HOME
    try:
        parts = urlsplit(raw)
    except ValueError:
        return HOME
    if parts.scheme != "https" or not own_host(parts.hostname or ""):
        return HOME
    return raw


@app.middleware("http")
async def maintenance(request: Request, call_next):
    if request.url.path == "/leave":
        target = destination(request.query_params.get("to"))
        return RedirectResponse(target, status_code=307)
    return await call_next(request)


@app.get("/health")
async def health():
    return {"up": True}
