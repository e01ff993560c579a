import json

import azure.functions as func

from helper_07_azure_yaml_helper_bad import Reader

bp = func.Blueprint()


@bp.route(route="pipelines", methods=["POST"])
def create_pipeline(req: func.HttpRequest) -> func.HttpResponse:
    reader = Reader(req.get_body())
    try:
        steps = reader.steps
    except ValueError as exc:
        return func.HttpResponse(str(exc), status_code=400, mimetype="text/plain")
    return func.HttpResponse(json.dumps({"steps": len(steps)}), mimetype="application/json")
