"""The rules in force on a branch: branch protection and rulesets, the stricter of each.

REST API: "Get rules for a branch", "Get branch protection", "Get a repository ruleset".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fusion.adapters.github.asking import Asking, Refused, ungranted, unknown
from fusion.adapters.github.basics import Branch
from fusion.adapters.github.shape import count, each, flag, on, required, section, text, texts
from fusion.adapters.github.together import together
from fusion.model.posture import Protection, Unknown

RULESETS = 20
"""Rulesets that are asked who may go past them."""
PAGES = 5
ADMINISTRATION = "administration: read"
WHAT = "branch protection"
_ROLES = {2: "role maintain", 4: "role write", 5: "administrators"}
"""The built-in roles by the ids that rulesets give them."""
_ACTORS = {"OrganizationAdmin": "organisation owners", "EnterpriseOwner": "enterprise owners", "DeployKey": "deploy keys"}
_UPGRADE = "upgrade to github"
"""GitHub's words where a plan has no protection for private repositories: then there is none."""


async def protection(asking: Asking, name: str, branch: Branch) -> Protection | Unknown:
    """What protects a branch. Raises Refused, Odd."""
    try:
        rules = await asking.every(f"rules/branches/{quote(name, safe='')}", cut=_rules, pages=PAGES, alike="rules")
    except Refused as error:
        if not (error.status == 403 and error.says(_UPGRADE)):
            return unknown(error, "the rules of the default branch", "metadata: read")
        rules = []
    classic = await _classic(asking, name, branch)
    if isinstance(classic, Unknown):
        return classic
    numbers = list(dict.fromkeys(rule["ruleset"] for rule in rules if rule["ruleset"]))
    sets = await together(*(_ruleset(asking, number) for number in numbers[:RULESETS]))
    return _both(classic, rules, dict(zip(numbers, sets, strict=False)), all_read=len(numbers) <= RULESETS)


async def _classic(asking: Asking, name: str, branch: Branch) -> Mapping[str, Any] | Unknown | None:
    """Branch protection; None where there is none for sure."""
    if not branch.protected or branch.classic is False:
        return None
    if asking.lacks(ADMINISTRATION):
        return ungranted(WHAT, ADMINISTRATION)
    try:
        return await asking.ask(f"branches/{quote(name, safe='')}/protection", cut=_protection, alike="protection")
    except Refused as error:
        if error.says("branch not protected", _UPGRADE):
            return None
        return unknown(error, WHAT, ADMINISTRATION)


async def _ruleset(asking: Asking, number: int) -> Mapping[str, Any] | None:
    try:
        return await asking.ask(f"rulesets/{number}", {"includes_parents": "true"}, cut=_named)
    except Refused:
        # Who may go past it is not known then; that it is in force is.
        return None


def _rules(value: Any) -> list[dict[str, Any]]:
    return [
        {
            "type": text(rule.get("type")),
            "ruleset": count(rule.get("ruleset_id")),
            "organisation": text(rule.get("ruleset_source_type")) in ("Organization", "Enterprise"),
            **_parameters(text(rule.get("type")), section(rule.get("parameters"))),
        }
        for rule in each(value)
    ]


def _parameters(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "pull_request":
        return {
            "approvals": count(given.get("required_approving_review_count")),
            "dismiss_stale": flag(given.get("dismiss_stale_reviews_on_push")) is True,
            "code_owners": flag(given.get("require_code_owner_review")) is True,
            "last_push_approval": flag(given.get("require_last_push_approval")) is True,
            "conversation_resolution": flag(given.get("required_review_thread_resolution")) is True,
        }
    if kind == "required_status_checks":
        return {
            "checks": [text(check.get("context")) for check in each(given.get("required_status_checks"))],
            "up_to_date": flag(given.get("strict_required_status_checks_policy")) is True,
        }
    return {}


def _protection(value: Any) -> dict[str, Any]:
    found = required(value)
    reviews, checks = found.get("required_pull_request_reviews"), section(found.get("required_status_checks"))
    pull = section(reviews)
    past = section(pull.get("bypass_pull_request_allowances"))
    contexts = [text(check.get("context")) for check in each(checks.get("checks"))] or texts(checks.get("contexts"))
    return {
        "pull_required": reviews is not None,
        "approvals": count(pull.get("required_approving_review_count")),
        "dismiss_stale": flag(pull.get("dismiss_stale_reviews")) is True,
        "code_owners": flag(pull.get("require_code_owner_reviews")) is True,
        "last_push_approval": flag(pull.get("require_last_push_approval")) is True,
        "conversation_resolution": on(found.get("required_conversation_resolution")),
        "checks": contexts,
        "up_to_date": flag(checks.get("strict")) is True,
        "signatures": on(found.get("required_signatures")),
        "linear_history": on(found.get("required_linear_history")),
        "force_push": on(found.get("allow_force_pushes")),
        "deletion": on(found.get("allow_deletions")),
        "admins": on(found.get("enforce_admins")),
        "bypass": [
            *(text(one.get("login")) for one in each(past.get("users"))),
            *(f"team {text(one.get('slug'))}" for one in each(past.get("teams"))),
            *(f"app {text(one.get('slug'))}" for one in each(past.get("apps"))),
        ],
    }


def _named(value: Any) -> dict[str, Any]:
    found = required(value)
    actors = found.get("bypass_actors")
    # GitHub tells who may go past a ruleset only those who may edit it.
    return {"name": text(found.get("name")), "bypass": None if actors is None else [_actor(one) for one in each(actors)]}


def _actor(value: Mapping[str, Any]) -> str:
    kind, number = text(value.get("actor_type")), count(value.get("actor_id"))
    if kind == "RepositoryRole":
        who = _ROLES.get(number, f"role {number}")
    elif kind in _ACTORS:
        who = _ACTORS[kind]
    else:
        who = f"{'app' if kind == 'Integration' else kind.lower() or 'somebody'} {number}".rstrip(" 0")
    return f"{who} (by pull request)" if text(value.get("bypass_mode")) == "pull_request" else who


def _both(
    classic: Mapping[str, Any] | None, rules: Sequence[Mapping[str, Any]], sets: Mapping[int, Any], *, all_read: bool
) -> Protection:
    kinds = {rule["type"] for rule in rules}
    sources = list(_sources(classic, rules, sets))
    past: list[str] = []
    inside: list[bool | None] = []
    if classic is not None:
        past += [*classic["bypass"], *([] if classic["admins"] else ["administrators"])]
        inside.append(bool(classic["admins"]))
    for found in sets.values():
        actors = found["bypass"] if found else None
        past += actors or ()
        inside.append(None if actors is None else not {"administrators", "organisation owners"} & set(actors))
    known = all_read and None not in inside
    strict = {**(classic or {})}

    def holds(name: str) -> bool:
        return bool(strict.get(name)) or any(rule.get(name) for rule in rules)

    checks = dict.fromkeys([*strict.get("checks", ()), *(check for rule in rules for check in rule.get("checks", ()))])
    return Protection(
        protected=bool(sources),
        sources=tuple(sources),
        bypass=tuple(dict.fromkeys(past)),
        bypass_known=known,
        pull_required=holds("pull_required") or "pull_request" in kinds,
        approvals=max([int(strict.get("approvals", 0)), *(int(rule.get("approvals", 0)) for rule in rules)]),
        dismiss_stale=holds("dismiss_stale"),
        code_owners=holds("code_owners"),
        last_push_approval=holds("last_push_approval"),
        conversation_resolution=holds("conversation_resolution"),
        checks=tuple(checks),
        up_to_date=holds("up_to_date"),
        signatures=holds("signatures") or "required_signatures" in kinds,
        linear_history=holds("linear_history") or "required_linear_history" in kinds,
        force_push=(classic is None or bool(classic["force_push"])) and "non_fast_forward" not in kinds,
        deletion=(classic is None or bool(classic["deletion"])) and "deletion" not in kinds,
        # One that somebody may go past is one too many; where one is not known, a yes is not.
        admins_included=False if False in inside else True if inside and known else None,
        merge_queue="merge_queue" in kinds,
    )


def _sources(classic: Mapping[str, Any] | None, rules: Sequence[Mapping[str, Any]], sets: Mapping[int, Any]) -> Iterator[str]:
    if classic is not None:
        yield "branch protection"
    organisation = {rule["ruleset"]: rule["organisation"] for rule in rules}
    for number, above in organisation.items():
        name = (sets.get(number) or {}).get("name") or number
        yield f"ruleset {name}{' (organisation)' if above else ''}"
