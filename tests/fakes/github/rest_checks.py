"""REST: check runs, statuses, SARIF uploads."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import uuid
import zlib
from typing import Any

from tests.fakes.github import acts, shapes
from tests.fakes.github.call import NOT_FOUND, REPO, Answer, Call, Refused, invalid, operation
from tests.fakes.github.state import Check


def _show(call: Call, found: Check) -> dict[str, Any]:
    return shapes.check(call.world, call.repository, found, call.api)


def _check(call: Call, *, own: bool = False) -> Check:
    found = call.repository.checks.get(int(call.values["check_run_id"]))
    if found is None:
        raise Refused(404, NOT_FOUND)
    if own and call.installation is not None and found.app is not call.via:
        raise Refused(
            403,
            f"Invalid app_id `{call.installation.app.id}` - check run can only be modified by the GitHub App that created it.",
        )
    return found


@operation("POST", f"{REPO}/check-runs", "checks:write", content=True)
def create(call: Call) -> Any:
    where = call.repository
    try:
        head = where.sha(call.body["head_sha"])
    except LookupError:
        raise invalid("CheckRun", "head_sha", f"No commit found for SHA: {call.body['head_sha']}") from None
    app = call.via
    suite = next((check.suite for check in where.checks_at.get(head, []) if check.app is app), 0) or call.world.next_id()
    made = Check(id=call.world.next_id(), app=app, name=call.body["name"], head=head, suite=suite)
    acts.put_check(call.world, where, made, call.body)
    call.world.keep_check(where, made)
    call.world.emit("check_run", "created", where, call.author, check=made)
    if made.status == "completed":
        call.world.emit("check_run", "completed", where, call.author, check=made)
    return _show(call, made)


@operation("GET", f"{REPO}/check-runs/{{check_run_id}}", "checks:read")
def check(call: Call) -> Any:
    return _show(call, _check(call))


@operation("PATCH", f"{REPO}/check-runs/{{check_run_id}}", "checks:write")
def update(call: Call) -> Any:
    found = _check(call, own=True)
    before = found.status
    acts.put_check(call.world, call.repository, found, call.body)
    if found.status == "completed" and before != "completed":
        call.world.emit("check_run", "completed", call.repository, call.author, check=found)
    return _show(call, found)


@operation("GET", f"{REPO}/check-runs/{{check_run_id}}/annotations", "checks:read")
def annotations_of(call: Call) -> Any:
    blank = {"start_column": None, "end_column": None, "title": None, "raw_details": None, "blob_href": ""}
    return call.page(_check(call).annotations, lambda item: {**blank, **item})


@operation("POST", f"{REPO}/check-runs/{{check_run_id}}/rerequest", "checks:write")
def rerequest(call: Call) -> Any:
    found = _check(call)
    call.world.emit("check_run", "rerequested", call.repository, call.author, check=found)
    return Answer({}, status=201)


@operation("GET", f"{REPO}/commits/{{ref}}/check-runs", "checks:read")
def checks_of_commit(call: Call) -> Any:
    where = call.repository
    try:
        sha = where.resolve(call.values["ref"])
    except LookupError:
        raise Refused(422, f"No commit found for SHA: {call.values['ref']}") from None
    found = list(where.checks_at.get(sha, []))
    if (number := call.query.get("app_id")) is not None:
        found = [item for item in found if item.app is not None and item.app.id == int(number)]
    if (name := call.query.get("check_name")) is not None:
        found = [item for item in found if item.name == name]
    if (status := call.query.get("status")) is not None:
        found = [item for item in found if item.status == status]
    if call.query.get("filter", "latest") == "latest":
        latest = {(item.name, item.app.id if item.app else 0): item for item in found}
        found = list(latest.values())
    return call.page(found[::-1], lambda item: _show(call, item), "check_runs")


@operation("GET", f"{REPO}/commits/{{ref}}/check-suites", "checks:read")
def suites(call: Call) -> Any:
    where = call.repository
    sha = where.resolve(call.values["ref"])
    found: dict[int, list[Check]] = {}
    for item in where.checks_at.get(sha, []):
        if "app_id" not in call.query or (item.app and str(item.app.id) == call.query["app_id"]):
            found.setdefault(item.suite, []).append(item)

    def show(suite: int) -> dict[str, Any]:
        runs = found[suite]
        done = all(item.status == "completed" for item in runs)
        return {
            "id": suite,
            "head_sha": sha,
            "status": "completed" if done else "in_progress",
            "conclusion": runs[-1].conclusion if done else None,
            "latest_check_runs_count": len(runs),
            "app": shapes.app(call.world, runs[-1].app, call.api),
            "repository": shapes.repository(call.world, where, call.api),
        }

    return call.page(list(found), show, "check_suites")


@operation("POST", f"{REPO}/code-scanning/sarifs", "security_events:write", content=True)
def upload_sarif(call: Call) -> Any:
    where = call.repository
    if not where.code_scanning:
        raise Refused(
            403, "Code scanning is not enabled for this repository. Please enable code scanning in the repository settings."
        )
    try:
        where.sha(call.body["commit_sha"])
        log = json.loads(gzip.decompress(base64.b64decode(call.body["sarif"], validate=True)))
        runs = log["runs"]
        assert log["version"] == "2.1.0"
        assert isinstance(runs, list)
    except LookupError:
        raise Refused(422, "commit not found") from None
    except (binascii.Error, OSError, EOFError, zlib.error, ValueError, TypeError, AssertionError):
        raise Refused(400, "Invalid SARIF. The upload must be a gzip-compressed, base64-encoded SARIF 2.1.0 log.") from None
    id = str(uuid.UUID(int=call.world.next_id()))
    where.sarifs[id] = {"commit": call.body["commit_sha"], "ref": call.body["ref"], "log": log, "app": call.via}
    url = f"{call.api}/repos/{where.name}/code-scanning/sarifs/{id}"
    return Answer({"id": id, "url": url}, status=202)


@operation("GET", f"{REPO}/code-scanning/sarifs/{{sarif_id}}", "security_events:read")
def sarif(call: Call) -> Any:
    if call.values["sarif_id"] not in call.repository.sarifs:
        raise Refused(404, NOT_FOUND)
    url = f"{call.api}/repos/{call.repository.name}/code-scanning/analyses?sarif_id={call.values['sarif_id']}"
    return {"processing_status": "complete", "analyses_url": url, "errors": None}
