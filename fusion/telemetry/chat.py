"""Calls of models as spans: OpenTelemetry's semantic conventions for generative AI.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (status: development). What was asked and answered is code of a
repository: it is recorded only where the operator asks for it (FUSION_TELEMETRY_CONTENT).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from fusion.model import Ending, Prompt, Response, Route, Usage
from fusion.ports.telemetry import Span, Value

_FINISHED: Mapping[Ending, str] = {Ending.OK: "stop", Ending.UNUSABLE: "stop", Ending.REFUSED: "content_filter"}
"""Why a reply ended, where there was one."""
_NAME = re.compile(r"[\w.:/@+-]{1,100}", re.ASCII)
"""What models are called."""


def name(route: Route) -> str:
    """`chat MODEL`."""
    return f"chat {route.model}"


def asked(prompt: Prompt, route: Route, provider: str, *, content: bool) -> Mapping[str, Value]:
    """What is known before the call. `provider`: as `fusion.telemetry.watching.provider` names it."""
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": route.model,
        "gen_ai.request.max_tokens": prompt.limits.output_tokens,
        "gen_ai.request.temperature": prompt.limits.temperature,
        "gen_ai.output.type": "json",
        "fusion.agent": prompt.agent,
        "fusion.work": prompt.work.value,
        "fusion.endpoint": route.endpoint,
        "fusion.region": route.region,
        "fusion.route": route.kind,
    }
    if content:
        attributes["gen_ai.input.messages"] = json.dumps([_message(each.role, each.text) for each in prompt.messages])
    return {name: value for name, value in attributes.items() if value != ""}


def answered(span: Span, response: Response, *, content: bool) -> None:
    """What came back."""
    for key, value in reply(response, content=content).items():
        span.set(key, value)
    if response.ending is not Ending.OK:
        span.fail(response.ending.value)


def reply(response: Response, *, content: bool) -> Mapping[str, Value]:
    """What came back, as attributes."""
    usage = response.usage or Usage()
    attributes: dict[str, Value] = {
        # An endpoint may say anything there, also what it was asked.
        "gen_ai.response.model": response.model if _NAME.fullmatch(response.model) else "",
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
    }
    if response.first_token is not None:
        attributes["gen_ai.response.time_to_first_chunk"] = response.first_token
    finished = _FINISHED.get(response.ending)
    if finished:
        attributes["gen_ai.response.finish_reasons"] = (finished,)
    if content and response.text:
        said = {**_message("assistant", response.text), "finish_reason": finished or "error"}
        attributes["gen_ai.output.messages"] = json.dumps([said])
    return {name: value for name, value in attributes.items() if value not in ("", 0)}


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}
