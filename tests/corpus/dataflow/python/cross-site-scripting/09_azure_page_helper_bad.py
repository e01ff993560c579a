import json

import azure.functions as func

from helper_09_azure_page_helper_bad import page

app = func.FunctionApp()


@app.route(route="status", methods=["GET"])
def status(req: func.HttpRequest) -> func.HttpResponse:
    fields = dict(req.params)
    context = {"title": "Status", "agent": req.headers.get("User-Agent", "")}
    context.update(fields)
    if context.get("format") == "json":
        return func.HttpResponse(json.dumps(fields), mimetype="application/json")
    return func.HttpResponse(page(**context), mimetype="text/html")
