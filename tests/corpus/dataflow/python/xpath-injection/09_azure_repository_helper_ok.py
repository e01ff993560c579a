import json

import azure.functions as func

from helper_09_azure_repository_helper_ok import Repository

app = func.FunctionApp()
REPOSITORY = Repository("/data/permits.xml")


@app.route(route="permits", methods=["POST"])
def permits(req: func.HttpRequest) -> func.HttpResponse:
    body = req.get_json()
    criteria = {"holder": str(body.get("holder", "")), "state": "granted"}
    numbers = REPOSITORY.numbers(**criteria)
    return func.HttpResponse(json.dumps({"permits": numbers}), mimetype="application/json")
