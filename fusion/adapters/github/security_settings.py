"""What workflows may do, and which security features are on.

REST API: "GitHub Actions permissions", "Code scanning", "Secret scanning", "Dependabot alerts", "Repositories".
Counting alerts answers whether the feature is on, too, so that nothing is asked for that alone. Where it is off, GitHub
refuses, and a refusal has no ETag: what is told for nothing is looked at first, where REST has once said the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fusion.adapters.github.asking import Asking, Refused, ungranted, unknown
from fusion.adapters.github.basics import Told
from fusion.adapters.github.shape import count, each, flag, required, text
from fusion.adapters.github.together import together
from fusion.model.posture import ActionsSettings, SecuritySettings, Unknown

ALERTS = 3
"""Pages of 100 alerts that are counted of each kind: 300 is 300 or more."""
_ALLOWED: dict[str, Literal["all", "local_only", "selected"]] = {
    "all": "all",
    "local_only": "local_only",
    "selected": "selected",
}
_DEFAULTS: dict[str, Literal["read", "write"]] = {"read": "read", "write": "write"}
ADMINISTRATION = "administration: read"
_OFF = ("disabled", "not enabled", "must be enabled", "no analysis found", "advanced security")
"""GitHub's words where a feature is off, as opposed to hidden."""


async def actions(asking: Asking, *, public: bool) -> ActionsSettings | Unknown:
    """What workflows may do. Raises Refused, Odd."""
    what = "the settings of GitHub Actions"
    if asking.lacks(ADMINISTRATION):
        return ungranted(what, ADMINISTRATION)
    found = await asking.ask("actions/permissions", cut=_actions, alike="actions")
    if not found["enabled"]:
        return ActionsSettings(enabled=False, allowed=_ALLOWED.get(found["allowed"], ""), pinned_required=found["pinned"])
    workflow, approval = await together(
        asking.ask("actions/permissions/workflow", cut=_workflow, alike="workflow"),
        _fork_approval(asking) if public else _nothing(),
    )
    return ActionsSettings(
        allowed=_ALLOWED.get(found["allowed"], ""),
        pinned_required=found["pinned"],
        default_permissions=_DEFAULTS.get(workflow["default"], ""),
        approve_pulls=workflow["approve"],
        fork_approval=approval,
    )


async def _fork_approval(asking: Asking) -> str:
    path = "actions/permissions/fork-pr-contributor-approval"
    try:
        return await asking.ask(path, cut=lambda value: text(required(value).get("approval_policy")), alike="approval")
    except Refused:
        # Older servers do not know it; then it is not told.
        return ""


async def _nothing() -> str:
    return ""


def _actions(value: Any) -> dict[str, Any]:
    found = required(value)
    return {
        "enabled": flag(found.get("enabled")) is not False,
        "allowed": text(found.get("allowed_actions")),
        "pinned": flag(found.get("sha_pinning_required")),
    }


def _workflow(value: Any) -> dict[str, Any]:
    found = required(value)
    return {
        "default": text(found.get("default_workflow_permissions")),
        "approve": flag(found.get("can_approve_pull_request_reviews")),
    }


@dataclass(frozen=True, slots=True)
class _Feature:
    """Whether a feature is on, how many alerts are open, and why nothing is known."""

    on: bool | None = None
    alerts: int | None = None
    why: Unknown | None = None


async def security(asking: Asking, told: Told) -> SecuritySettings | Unknown:
    """Security features. Raises Odd."""
    secrets, code, packages, reporting, updates = await together(
        _secrets(asking, told.analysis["secret_scanning"]),
        _code(asking, told.analysis),
        _packages(asking, sure=asking.granted is not None or told.administrator, archived=told.basics.archived),
        _reporting(asking, private=told.basics.visibility != "public"),
        _updates(asking, told.analysis["dependabot_security_updates"]),
    )
    features = {"secret-scanning": secrets, "code-scanning": code, "dependabot": packages}
    push = told.analysis["secret_scanning_push_protection"]
    if all(one.on is None for one in (*features.values(), reporting, updates)) and push is None:
        whys = [one.why for one in (*features.values(), reporting, updates) if one.why]
        permissions = list(dict.fromkeys(why.permission for why in whys if why.permission))
        return Unknown(
            why=whys[0].why if whys else "GitHub tells nothing of the security features.", permission=", ".join(permissions)
        )
    return SecuritySettings(
        secret_scanning=secrets.on,
        push_protection=push,
        dependabot_alerts=packages.on,
        dependabot_updates=updates.on,
        code_scanning=code.on,
        private_reporting=reporting.on,
        open_alerts={name: one.alerts for name, one in features.items() if one.alerts is not None},
    )


async def _alerts(asking: Asking, kind: str, what: str, permission: str, *, numbered: bool) -> _Feature:
    if asking.lacks(permission):
        return _Feature(why=ungranted(what, permission))
    # GitHub hides secrets only where it is asked to; of no alert more than its number is kept.
    params = {"state": "open", **({"hide_secret": "true"} if kind == "secret-scanning" else {})}
    try:
        found = await asking.every(f"{kind}/alerts", params, cut=_numbers, pages=ALERTS, numbered=numbered, alike=kind)
    except Refused as error:
        if error.status in (403, 404) and error.says(*_OFF):
            return _Feature(on=False)
        return _Feature(why=unknown(error, what, permission))
    return _Feature(on=True, alerts=len(found))


def _numbers(value: Any) -> list[int]:
    return [count(alert.get("number")) for alert in each(value)]


async def _secrets(asking: Asking, told: bool | None) -> _Feature:
    if told is False:
        return _Feature(on=False)
    found = await _alerts(asking, "secret-scanning", "alerts of secret scanning", "secret_scanning_alerts: read", numbered=True)
    return found if told is None else _Feature(on=told, alerts=found.alerts)


async def _packages(asking: Asking, *, sure: bool, archived: bool) -> _Feature:
    """Dependabot. `sure`: a 404 of who asks is a no.

    A no is confirmed by a query for many repositories (see `switches`), and so is the yes of an archived one, of which no
    alerts are listed.
    """
    key = "alerts of dependabot"
    if (asking.known(key).get("on") is False or archived) and (on := await asking.switched(key)) is not None:
        return _Feature(on=on)
    found = await _alerts(asking, "dependabot", "alerts of Dependabot", "vulnerability_alerts: read", numbered=False)
    if found.on is None and not asking.lacks(ADMINISTRATION):
        try:
            await asking.ask("vulnerability-alerts", cut=lambda _: {}, alike="" if sure else "vulnerability-alerts")
            found = _Feature(on=True)
        except Refused as error:
            found = _Feature(on=False) if sure and error.status == 404 else found
    if found.on is not None and found.alerts is None:
        asking.kept[key] = {"on": found.on}
    return found


async def _code(asking: Asking, analysis: Mapping[str, bool | None]) -> _Feature:
    # A private repository has none without Code Security, or Advanced Security as it was called and sold before.
    sold = [analysis[name] for name in ("code_security", "advanced_security") if analysis[name] is not None]
    key = "code scanning is not sold"
    if sold and not any(sold) and asking.known(key):
        asking.confirmed += 1
        asking.kept[key] = {"on": False}
        return _Feature(on=False)
    found = await _analysed(asking)
    if sold and not any(sold) and found.on is False:
        asking.kept[key] = {"on": False}
    return found


async def _analysed(asking: Asking) -> _Feature:
    if not asking.lacks(ADMINISTRATION):
        try:
            path = "code-scanning/default-setup"
            state = await asking.ask(path, cut=lambda value: text(required(value).get("state")), alike="default-setup")
        except Refused as error:
            if error.status in (403, 404) and error.says(*_OFF):
                return _Feature(on=False)
            state = ""
    else:
        state = ""
    what, permission = "alerts of code scanning", "security_events: read"
    if state != "configured":
        if asking.lacks(permission):
            return _Feature(why=ungranted(what, permission))
        try:
            # Analyses may be uploaded by workflows and by others; the default set-up makes some, too. That there is none is
            # told by a refusal, and by nothing else: somebody may have uploaded one since, from anywhere, so it is asked.
            if not await asking.every("code-scanning/analyses", {"per_page": "1"}, cut=_ids, pages=1, alike="analyses"):
                return _Feature(on=False)
        except Refused as error:
            if error.status in (403, 404) and error.says(*_OFF):
                return _Feature(on=False)
            return _Feature(why=unknown(error, what, permission))
    found = await _alerts(asking, "code-scanning", what, permission, numbered=True)
    return _Feature(on=True, alerts=found.alerts)


def _ids(value: Any) -> list[int]:
    return [count(analysis.get("id")) for analysis in each(value)]


async def _reporting(asking: Asking, *, private: bool) -> _Feature:
    """Private reporting is there for public repositories only."""
    if private:
        return _Feature()
    return await _told(asking, "private-vulnerability-reporting", "private vulnerability reporting")


async def _updates(asking: Asking, told: bool | None) -> _Feature:
    if told is not None or asking.lacks(ADMINISTRATION):
        return _Feature(on=told)
    return await _told(asking, "automated-security-fixes", "Dependabot's security updates")


async def _told(asking: Asking, path: str, what: str) -> _Feature:
    try:
        return _Feature(on=await asking.ask(path, cut=lambda value: flag(required(value).get("enabled")), alike=path))
    except Refused as error:
        return _Feature(why=unknown(error, what, ADMINISTRATION))
