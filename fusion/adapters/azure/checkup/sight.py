"""Where telemetry goes: the collector takes an export that is empty, and Application Insights one line that says who asked.

Sources: opentelemetry.io/docs/specs/otlp (an empty request is a valid one), learn.microsoft.com/azure/azure-monitor/app/
azure-ad-authentication.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fusion.adapters.azure.checkup.asking import ask, token, told
from fusion.adapters.azure.cloud import fields
from fusion.adapters.azure.credentials import principal
from fusion.adapters.azure.roles import granted
from fusion.errors import UserError
from fusion.ports.checkup import Told, mend, ready

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

PART = "telemetry"
SCOPE = "https://monitor.azure.com//.default"
"""With two slashes: its audience ends in one."""
_RESOURCE = "APPLICATION_INSIGHTS"
"""Its name is in no setting."""


async def collector(endpoint: str, headers: Mapping[str, str]) -> list[Told]:
    """`endpoint` and `headers` as OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS have them."""
    found: list[Told] = []
    async with told(found, PART, "collector"):
        given = {"content-type": "application/x-protobuf", **headers}
        answer = await ask("POST", f"{endpoint.rstrip('/')}/v1/traces", headers=given, content=b"")
        if answer.status in (401, 403):
            found.append(mend(PART, "collector", f"It refuses ({answer.status}): mend OTEL_EXPORTER_OTLP_HEADERS."))
        elif answer.status == 404:
            found.append(
                mend(PART, "collector", "It has no /v1/traces: OTEL_EXPORTER_OTLP_ENDPOINT is the address of OTLP over HTTP.")
            )
        elif answer.status >= 300:
            found.append(mend(PART, "collector", f"It answered {answer.status} to an empty export."))
        else:
            found.append(ready(PART, "collector", "It took an empty export."))
    return found


async def insights(connection: str, sign_in: str, *, credential: AsyncTokenCredential | None = None) -> list[Told]:
    """`connection` and `sign_in` as the two settings of Application Insights have them."""
    found: list[Told] = []
    async with told(found, PART, "application insights"):
        parts = fields(connection)
        key, endpoint = parts.get("instrumentationkey", ""), parts.get("ingestionendpoint", "").rstrip("/")
        if not key or not endpoint.startswith(("https://", "http://127.0.0.1")):
            raise UserError(
                "APPLICATIONINSIGHTS_CONNECTION_STRING lacks InstrumentationKey or IngestionEndpoint: copy it anew."
            )
        headers = {"content-type": "application/json"}
        asked = fields(sign_in)
        entra = asked.get("authorization", "").upper() == "AAD"
        if entra:
            headers["authorization"] = f"Bearer {await token(SCOPE, credential, client=asked.get('clientid', ''))}"
        answer = await ask("POST", f"{endpoint}/v2.1/track", headers=headers, content=_line(key))
        found.append(_meaning(answer.status, answer.body, entra=entra))
    return found


def _line(key: str) -> bytes:
    """One trace of level verbose."""
    item = {
        "name": "Microsoft.ApplicationInsights.Message",
        "time": datetime.now(UTC).isoformat(),
        "iKey": key,
        "tags": {"ai.cloud.role": "fusion doctor"},
        "data": {"baseType": "MessageData", "baseData": {"ver": 2, "message": "fusion doctor was here", "severityLevel": 0}},
    }
    return json.dumps([item]).encode()


def _meaning(status: int, body: bytes, *, entra: bool) -> Told:
    name = "application insights"
    if status in (401, 403):
        if not entra:
            said = "It takes nothing without Entra ID: set APPLICATIONINSIGHTS_AUTHENTICATION_STRING to Authorization=AAD."
            return mend(PART, name, said)
        return mend(PART, name, f"It refuses this identity ({status}): {granted('telemetry', _RESOURCE, principal().object)}")
    if status in (402, 439):
        return mend(PART, name, f"Its daily cap is used up ({status}): raise it, or wait for the next day.")
    if status not in (200, 206):
        return mend(PART, name, f"It answered {status}.")
    try:
        accepted = json.loads(body).get("itemsAccepted")
    except (ValueError, AttributeError, RecursionError):
        accepted = None
    if accepted != 1:
        return mend(
            PART, name, "It answered, and did not take the line: see whether the instrumentation key is this resource's."
        )
    return ready(PART, name, f"It took a line, {'with a token of Entra ID' if entra else 'with its key alone'}.")
