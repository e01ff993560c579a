import azure.functions as func

from helper_09_azure_helper_builder_bad import Links

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
LINKS = Links("https://help.example.com")


@app.route(route="help/{topic?}")
def help_page(req: func.HttpRequest) -> func.HttpResponse:
    topic = req.route_params.get("topic") or req.params.get("topic", "start")
    location = LINKS.build(topic)
    return func.HttpResponse(
        status_code=302,
        headers={"Location": location, "Cache-Control": "no-store"},
    )
