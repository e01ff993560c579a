"""The scan of one repository: settings, tree, evidence, inventory, then checks, seal, record and issues.

Deterministic by rule, as `review` is. Where the forge asks to wait, a durable timer waits, for as long as it takes.
"""

from __future__ import annotations

from typing import Any

from durabletask import task

from orchestrations.waiting import Waits, mistake, patient, pause

TRIES = 12
"""How often evidence and inventory are asked for while Store or Blobs are away; with growing pauses, half an hour."""
GOES = 200
"""How often at most analyzers are asked to go on over a large tree; each ends by itself before."""


GOES_BACK = 20
"""How often at most a scan goes on reading a history; of some minutes each."""
UNKEPT = "Issues could not be kept"
"""How the line says so."""


def scan_repository(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """One repository. Input: `{"wanted": Wanted, "within": id of the account's scan}`. Output: its `ScanOf` as JSON.

    However it goes, there is a line: status `archived`, `empty`, `gone`, `denied` or `failed`, and why.
    """
    job: dict[str, Any] = {"run": ctx.instance_id, "wanted": given["wanted"], "within": given.get("within", "")}
    ctx.set_custom_status("reading settings")
    settings = yield from patient(ctx, "read_posture", job)
    if settings["status"] != "read":
        return (yield from _ended(ctx, job, settings))
    job |= {name: settings[name] for name in ("wanted", "posture", "commit", "request")}

    ctx.set_custom_status("reading the tree")
    read = yield from patient(ctx, "read_tree", job)
    if read["status"] == "read":
        read = yield from _whole(ctx, job, read)
    if read["status"] not in ("joined", "same"):
        return (yield from _ended(ctx, job, read))
    job |= {name: read[name] for name in ("reading", "change", "inventory", "evidence") if name in read}

    ctx.set_custom_status("collecting evidence")
    looked = yield from _looks(ctx, job, read["analyzers"])
    if looked["status"] != "looked":
        return (yield from _ended(ctx, job, looked))
    job |= {"inventory": looked["inventory"], "evidence": looked["evidence"]}
    if read.get("history"):
        ctx.set_custom_status("reading the history")
        back = yield from _back(ctx, job)
        if back["status"] != "looked":
            return (yield from _ended(ctx, job, back))
        job |= {"history": back["history"]}

    ctx.set_custom_status("assessing")
    assessed = yield from patient(ctx, "assess_repository", job)
    if assessed["status"] != "assessed":
        return (yield from _ended(ctx, job, assessed))
    return (yield from _kept(ctx, {**job, "scan": assessed["scan"], "basis": assessed["basis"]}))


def _whole(ctx: task.OrchestrationContext, job: dict[str, Any], read: dict[str, Any]) -> Waits:
    """What is still to be read of the tree, step by step, and then all of it together."""
    parts = []
    for number in range(read["parts"]):
        part = yield from patient(ctx, "read_files", {**job, "reading": read["reading"], "part": number})
        if part["status"] != "read":
            return part
        parts.append(part["files"])
    return (yield from patient(ctx, "join_tree", {**job, "reading": read["reading"], "parts": parts}))


def _looks(ctx: task.OrchestrationContext, job: dict[str, Any], analyzers: list[str]) -> Waits:
    """Analyzers over the tree, and the inventory, as far as they are not taken over from the last scan.

    An analyzer that came only so far is asked again with how far; who has answered is not asked again.
    """
    look: dict[str, Any] = {part: job[part] for part in ("run", "request", "change")}
    inventory, reports = job.get("inventory", ""), dict[str, list[str]]()
    so_far = dict.fromkeys(analyzers if job.get("evidence") is None else [], "")
    message, waits = "", 0
    for _ in range(GOES):
        asked = [name for name in so_far if name not in reports]
        looks: list[task.Task[Any]] = [] if inventory else [ctx.call_activity("take_inventory", input=dict(job))]
        for name in asked:
            further = {"so_far": so_far[name]} if so_far[name] else {}
            looks.append(ctx.call_activity("collect_evidence", input={**look, "analyzer": name, **further}))
        try:
            found = (yield task.when_all(looks)) if looks else []
        except task.TaskFailedError as error:
            return {"status": "failed", "message": mistake(ctx, error)}
        away = []
        for name, answer in zip(["", *asked][bool(inventory) :], found, strict=True):
            # A list is an analyzer's whole answer.
            if isinstance(answer, list):
                reports[name] = answer
            elif answer["status"] == "taken":
                inventory = answer["inventory"]
            elif answer["status"] == "more":
                so_far[name] = answer["so_far"]
            else:
                away.append(answer)
        if inventory and len(reports) == len(so_far):
            evidence = [digest for name in so_far for digest in reports[name]]
            return {"status": "looked", "inventory": inventory, "evidence": job.get("evidence") or evidence}
        if away:
            if away[0]["status"] != "wait":
                return {"status": "failed", "message": away[0]["message"]}
            if (waits := waits + 1) == TRIES:
                break
            message = away[0]["message"]
            yield ctx.create_timer(pause(waits - 1, away[0]["seconds"]))
    return {"status": "failed", "message": f"nothing helped in {TRIES} attempts. The last time: {message}"}


def _back(ctx: task.OrchestrationContext, job: dict[str, Any]) -> Waits:
    """The history, in as many goes as it takes, within bounds; the next scan goes on where the last of them ended."""
    so_far: dict[str, Any] = {}
    back: dict[str, Any] = {}
    for go in range(GOES_BACK):
        last = {"last": True} if go == GOES_BACK - 1 else {}
        back = yield from patient(ctx, "read_history", {**job, **so_far, **last})
        if back["status"] != "more":
            break
        so_far = {"so_far": back["so_far"]}
    return back


def _kept(ctx: task.OrchestrationContext, job: dict[str, Any]) -> Waits:
    """Seal and record the scan, and keep the repository's issues; a failure of these is on the line."""
    ctx.set_custom_status("sealing")
    sealed = yield from patient(ctx, "seal_scan", job)
    job |= {"chain": sealed.get("chain", "")}
    unsealed = list(sealed.get("missed", []))
    if sealed["status"] not in ("sealed", "unsigned"):
        unsealed = [f"The scan was not sealed: {sealed['message']}"]
    recorded = yield from patient(ctx, "record_scan", job)
    if recorded["status"] != "recorded":
        return (yield from _ended(ctx, job, recorded))
    line: dict[str, Any] = recorded["line"]
    if recorded["issues"]:
        ctx.set_custom_status("keeping issues")
        filed = yield from patient(ctx, "file_issues", job)
        if filed["status"] != "filed":
            unsealed.append(f"{UNKEPT}: {filed['message']}")
    return {**line, "reason": " ".join(filter(None, [line.get("reason", ""), *unsealed]))}


def _ended(ctx: task.OrchestrationContext, job: dict[str, Any], end: dict[str, Any]) -> Waits:
    """The line of a repository that was not scanned to the end."""
    ended = yield from patient(ctx, "end_scan", {**job, "end": end})
    if "line" in ended:
        line: dict[str, Any] = ended["line"]
        return line
    return {"repository": job["wanted"]["repository"], "status": "failed", "reason": ended["message"]}
