"""The test orchestrations registered for Azure, as the real application registers its own."""

import json

import azure.durable_functions as df
import azure.functions as func

from tests.fakes import flows, scan_flows

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for flow in (*flows.PORTABLE, *scan_flows.ORCHESTRATORS):
    app.orchestration_trigger(context_name="context", orchestration=flow.__name__)(flow)
for activity in (*flows.SYNC_ACTIVITIES, *scan_flows.ACTIVITIES):
    app.activity_trigger(input_name="payload", activity=activity.__name__)(activity)


@app.function_name("begin")
@app.route(route="begin/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def begin(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    """Start the orchestration named in the path with the body as its input."""
    id = req.params.get("id")
    made = await client.schedule_new_orchestration(req.route_params["name"], input=json.loads(req.get_body()), instance_id=id)
    return func.HttpResponse(json.dumps({"id": made}), status_code=202, mimetype="application/json", headers={"X-Run": made})
