import azure.functions as func
from furl import furl

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
PORTAL = "https://portal.example.com"


def relocate(target):
    wanted = furl(target)
    if wanted.scheme is not None:
        return PORTAL
    return furl(PORTAL).set(path=str(wanted.path)).url


@app.route(route="signed-out", methods=["GET"])
def signed_out(req: func.HttpRequest) -> func.HttpResponse:
    target = req.params.get("return", "/")
    try:
        location = relocate(target)
    except ValueError:
        location = PORTAL
    return func.HttpResponse(status_code=302, headers={"Location": location})


@app.route(route="ping", methods=["GET"])
def ping(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("pong", mimetype="text/plain")
