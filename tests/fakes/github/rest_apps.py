"""REST: the App as itself: its installations, tokens and webhook deliveries."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.fakes.github import access, shapes
from tests.fakes.github.call import NOT_FOUND, REPO, Answer, Call, Refused, operation
from tests.fakes.github.state import App, Delivery, Installation

KEPT = timedelta(days=3)
"""How long GitHub lists a delivery and delivers it again."""


def _app(call: Call) -> App:
    if call.app is None:
        raise Refused(401, "A JSON web token could not be decoded")
    return call.app


def _installation(call: Call) -> Installation:
    found = call.world.installations.get(int(call.values["installation_id"]))
    if found is None or found.deleted or found.app is not _app(call):
        raise Refused(404, NOT_FOUND)
    return found


@operation("GET", "/app", as_app=True)
def myself(call: Call) -> Any:
    return shapes.app(call.world, _app(call), call.api)


@operation("GET", "/app/installations", as_app=True)
def installations(call: Call) -> Any:
    found = [item for item in call.world.installations.values() if item.app is _app(call) and not item.deleted]
    return call.page(found, lambda item: shapes.installation(call.world, item, call.api))


@operation("GET", "/app/installations/{installation_id}", as_app=True)
def installation(call: Call) -> Any:
    return shapes.installation(call.world, _installation(call), call.api)


@operation("GET", f"{REPO}/installation", as_app=True)
def installation_of(call: Call) -> Any:
    found = call.world.installation_of(call.repository, _app(call))
    if found is None:
        raise Refused(404, NOT_FOUND)
    return shapes.installation(call.world, found, call.api)


@operation("POST", "/app/installations/{installation_id}/access_tokens", as_app=True)
def token(call: Call) -> Any:
    found = _installation(call)
    if found.suspended:
        raise Refused(403, "This installation has been suspended")
    owner = found.account.login
    names = [f"{owner}/{name}" for name in call.body.get("repositories", [])]
    for number in call.body.get("repository_ids", []):
        where = call.world.by_id.get(number)
        names.append(where.name if where else f"{owner}/?")
    made = access.issue(call.world, found, call.body.get("permissions"), names or None)
    body: dict[str, Any] = {
        "token": made.text,
        "expires_at": shapes.when(made.expires),
        "permissions": {"metadata": "read", **(made.permissions or found.permissions)},
        "repository_selection": "selected" if names or found.repositories is not None else "all",
    }
    if names:
        chosen = (call.world.repositories[name] for name in names)
        body["repositories"] = [shapes.repository(call.world, where, call.api) for where in chosen]
    return body


@operation("DELETE", "/installation/token")
def revoke(call: Call) -> Any:
    if call.token is None or call.installation is None:
        raise Refused(403, "Resource not accessible by integration")
    call.world.tokens.pop(call.token.text, None)
    return Answer(status=204)


@operation("GET", "/installation/repositories", "metadata:read")
def repositories(call: Call) -> Any:
    installation = call.installation
    if call.token is None or installation is None:
        raise Refused(
            403, "You must authenticate with an installation access token in order to list repositories for an installation."
        )
    only = call.token.repositories
    found = [
        where for where in call.world.repositories.values() if installation.sees(where) and (only is None or where.name in only)
    ]
    return call.page(found, lambda where: shapes.repository(call.world, where, call.api), "repositories")


def _listed(call: Call) -> list[Delivery]:
    oldest = call.world.now - KEPT
    return [found for found in call.world.deliveries.values() if found.at >= oldest and not found.held and found.status]


@operation("GET", "/app/hook/deliveries", as_app=True)
def deliveries(call: Call) -> Any:
    size = max(1, min(100, int(call.query.get("per_page", 30))))
    found = _listed(call)
    found.reverse()
    if cursor := call.query.get("cursor"):
        if not cursor.removeprefix("v1_").isdigit():
            raise Refused(400, "Invalid cursor")
        last = int(cursor.removeprefix("v1_"))
        found = [item for item in found if item.id < last]
    if status := call.query.get("status"):
        found = [item for item in found if (200 <= item.status < 300) == (status == "success")]
    page = found[:size]
    headers = {}
    if len(found) > size:
        headers["Link"] = f'<{call.url}?per_page={size}&cursor=v1_{page[-1].id}>; rel="next"'
    return Answer([shapes.delivery(item) for item in page], headers=headers)


def _delivery(call: Call) -> Delivery:
    found = call.world.deliveries.get(int(call.values["delivery_id"]))
    if found is None or found.at < call.world.now - KEPT:
        raise Refused(404, NOT_FOUND)
    return found


@operation("GET", "/app/hook/deliveries/{delivery_id}", as_app=True)
def delivery(call: Call) -> Any:
    found = _delivery(call)
    request = {"headers": {"X-GitHub-Delivery": found.guid, "X-GitHub-Event": found.event}, "payload": found.payload}
    answer = {"headers": {}, "payload": found.answer or json.dumps(None)}
    return {**shapes.delivery(found), "url": call.world.hook_url, "request": request, "response": answer}


@operation("POST", "/app/hook/deliveries/{delivery_id}/attempts", as_app=True)
def attempt(call: Call) -> Any:
    call.world.send_again(_delivery(call))
    return Answer({}, status=202)
