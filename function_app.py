"""The Azure Functions host: triggers, and loops that register orchestrations and activities. No decisions."""

import json
import os
from collections.abc import Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from fusion.functions import CATCH_UP, CONNECTION, PURGE, SCANS, Functions
from fusion.granting import METHODS
from fusion.ports import Priority

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
functions = Functions(os.environ)

for name, orchestrator in functions.orchestrators().items():
    app.orchestration_trigger(context_name="context", orchestration=name)(orchestrator)
for name, activity in functions.activities().items():
    app.activity_trigger(input_name="payload", activity=name)(activity)


def _json(status: int, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), status_code=status, headers=dict(headers or {}), mimetype="application/json")


@app.function_name("github")
@app.route(route="github", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def github(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/github: a webhook delivery. GitHub has no function key to send; its signature is what is asked for."""
    answer = await functions.deliver(req.headers, req.get_body())
    return _json(answer.status, answer.body, answer.headers)


def consumer(priority: Priority, queue: str) -> None:
    """Register the trigger of one queue."""

    @app.function_name(f"consume-{priority}")
    @app.service_bus_queue_trigger(
        arg_name="message", queue_name=queue, connection=CONNECTION, is_sessions_enabled=True, data_type=func.DataType.BINARY
    )
    @app.durable_client_input(client_name="client")
    async def consume(message: func.ServiceBusMessage, client: df.DurableFunctionsClient) -> None:
        await functions.consume(priority, message, client)


for priority, queue in functions.queues.items():
    consumer(priority, queue)


if functions.results:

    @app.function_name("answered")
    @app.service_bus_queue_trigger(
        arg_name="message", queue_name=functions.results, connection=CONNECTION, data_type=func.DataType.BINARY
    )
    @app.durable_client_input(client_name="client")
    async def answered(message: func.ServiceBusMessage, client: df.DurableFunctionsClient) -> None:
        """A result of the inference worker: the run that waits for it is told."""
        await functions.answered(message, client)


if functions.is_bot:

    @app.function_name("catch-up")
    @app.timer_trigger(arg_name="timer", schedule=CATCH_UP)
    async def catch_up(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's
        """Every ten minutes: what GitHub could not deliver is asked for again."""
        await functions.catch_up()


if functions.is_scanning:

    @app.function_name("scan-round")
    @app.timer_trigger(arg_name="timer", schedule=SCANS)
    async def scan_round(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's
        """Each hour: repositories whose scan is due are scanned."""
        await functions.scans()


@app.function_name("purge")
@app.timer_trigger(arg_name="timer", schedule=PURGE)
async def purge(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's
    """Every day: what is past its retention is removed."""
    await functions.purge()


@app.function_name("start")
@app.route(route="reviews", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    """POST /api/reviews: start a review; a second start of the same one changes nothing."""
    answer = await functions.start(req.get_body(), client)
    return _json(answer.status, answer.body)


@app.function_name("state")
@app.route(route="reviews/{id}", methods=["GET"])
@app.durable_client_input(client_name="client")
async def state(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    """GET /api/reviews/{id}: how far a review is; once finished, the review itself."""
    return _json(*await functions.state(req.route_params["id"], client))


@app.function_name("exceptions")
@app.route(route="exceptions", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
async def exceptions(req: func.HttpRequest) -> func.HttpResponse:
    """/api/exceptions: what is accepted for a time. A function key names nobody; a token of FUSION_API_TOKEN is asked for."""
    reply = await functions.exceptions(req.method, req.headers, req.params, req.get_body)
    return _json(reply.status, reply.body, reply.headers)


@app.function_name("exception")
@app.route(route="exceptions/{id}", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
async def exception(req: func.HttpRequest) -> func.HttpResponse:
    """/api/exceptions/{id}: as above; one is withdrawn."""
    reply = await functions.exceptions(req.method, req.headers, req.params, req.get_body, id=req.route_params["id"])
    return _json(reply.status, reply.body, reply.headers)
