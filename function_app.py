"""The Azure Functions host: triggers, and loops that register orchestrations and activities. No decisions."""

import json
import os

import azure.durable_functions as df
import azure.functions as func

from fusion import intake, runtime, settings
from fusion.errors import UserError
from fusion.runs import run_id
from orchestrations.registry import ORCHESTRATORS, activities

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
bundle = runtime.functions(settings.read(os.environ))

for name, orchestrator in ORCHESTRATORS.items():
    app.orchestration_trigger(context_name="context", orchestration=name)(orchestrator)
for name, activity in activities(bundle).items():
    app.activity_trigger(input_name="payload", activity=name)(activity)


def _json(value: object, status: int) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), status_code=status, mimetype="application/json")


@app.function_name("start")
@app.route(route="reviews", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    """POST /api/reviews: start a review; a second start of the same one changes nothing."""
    try:
        accepted = intake.parse_start(req.get_body())
    except UserError as error:
        return _json({"error": str(error)}, 400)
    request = accepted.request
    if accepted.patch is not None:
        request = request.model_copy(update={"patch": await bundle.blobs.put(accepted.patch)})
    id = run_id(request)
    if await client.get_orchestration_state(id) is None:
        await client.schedule_new_orchestration("review", input=request.model_dump(mode="json"), instance_id=id)
    return _json({"id": id, "status": f"/api/reviews/{id}"}, 202)


@app.function_name("state")
@app.route(route="reviews/{id}", methods=["GET"])
@app.durable_client_input(client_name="client")
async def state(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    """GET /api/reviews/{id}: how far a review is; once finished, the review itself."""
    found = await client.get_orchestration_state(req.route_params["id"])
    if found is None:
        return _json({"error": "There is no review with this id."}, 404)
    output = json.loads(found.serialized_output) if found.serialized_output else None
    review = json.loads(await bundle.blobs.get(output["review"])) if output and output.get("review") else None
    return _json({"id": found.instance_id, "status": found.runtime_status.name, "result": output, "review": review}, 200)
