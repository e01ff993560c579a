"""REST: a repository's settings: what it is, its rules, its workflows, its security features and their alerts."""

from __future__ import annotations

from typing import Any

from tests.fakes.github import access, shapes
from tests.fakes.github.call import NOT_FOUND, REPO, Answer, Call, Refused, operation
from tests.fakes.github.folder import Absent
from tests.fakes.github.rest_pulls import commit_of
from tests.fakes.github.settings import RepositorySettings

ADMINISTRATION = "administration:read"
UPGRADE = "Upgrade to GitHub Pro or make this repository public to enable this feature."


def administers(call: Call) -> bool:
    """Whether whoever asks is shown what only administrators are."""
    return access.allowed(call.token, call.repository, [ADMINISTRATION])


def _settings(call: Call) -> RepositorySettings:
    return call.repository.settings


@operation("GET", REPO, "metadata:read")
def repository(call: Call) -> Any:
    found, where = _settings(call), call.repository
    person = call.token is not None and call.installation is None
    pushes = person and where.role(call.author.login) in ("write", "maintain", "admin")
    shown = shapes.repository(call.world, where, call.api) | {
        "description": found.description,
        "license": found.licence
        and {"key": found.licence.lower(), "name": found.licence, "spdx_id": found.licence, "url": None, "node_id": "L_1"},
        "fork": found.fork,
        "is_template": found.template,
        "has_issues": found.issues,
        "allow_forking": found.forking,
        "web_commit_signoff_required": found.signoff,
        "disabled": found.disabled,
        "created_at": found.created,
        "pushed_at": found.pushed,
        "permissions": {"admin": administers(call), "push": pushes, "pull": True},
    }
    if administers(call):
        shown["security_and_analysis"] = {name: {"status": status} for name, status in found.analysis.items()}
    return shown


@operation("GET", f"{REPO}/branches/{{branch}}", "contents:read")
def branch(call: Call) -> Any:
    name, found = call.values["branch"], _settings(call)
    try:
        commit = commit_of(call, call.repository.sha(f"refs/heads/{name}"))
    except Absent:
        raise Refused(404, "Branch not found") from None
    url = f"{call.api}/repos/{call.repository.name}/branches/{name}"
    here = name == call.repository.default_branch
    classic = here and found.protection is not None
    return {
        "name": name,
        "commit": commit,
        "protected": classic or (here and bool(found.rulesets)),
        "protection": {"enabled": classic},
        "protection_url": f"{url}/protection",
        "_links": {"self": url, "html": url},
    }


@operation("GET", f"{REPO}/branches/{{branch}}/protection", ADMINISTRATION)
def protection(call: Call) -> Any:
    found = _settings(call)
    if found.plan_lacks_protection:
        raise Refused(403, UPGRADE)
    if found.protection is None or call.values["branch"] != call.repository.default_branch:
        raise Refused(404, "Branch not protected")
    return found.protection


@operation("GET", f"{REPO}/rules/branches/{{branch}}", "metadata:read")
def rules(call: Call) -> Any:
    found = _settings(call)
    if found.plan_lacks_protection:
        raise Refused(403, UPGRADE)
    if call.values["branch"] != call.repository.default_branch:
        return Answer([])
    listed = [
        {
            **rule,
            "ruleset_id": number,
            "ruleset_source_type": one.get("source_type", "Repository"),
            "ruleset_source": call.repository.name,
        }
        for number, one in found.rulesets.items()
        for rule in one["rules"]
    ]
    return call.page(listed, lambda rule: rule)


@operation("GET", f"{REPO}/rulesets/{{ruleset_id}}", "metadata:read")
def ruleset(call: Call) -> Any:
    found = _settings(call).rulesets.get(int(call.values["ruleset_id"]))
    if found is None:
        raise Refused(404, NOT_FOUND)
    shown = {
        "id": int(call.values["ruleset_id"]),
        "name": found["name"],
        "target": "branch",
        "source_type": found.get("source_type", "Repository"),
        "source": call.repository.name,
        "enforcement": "active",
        "rules": found["rules"],
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    }
    if access.allowed(call.token, call.repository, ["administration:write"]) or found.get("bypass_shown"):
        shown["bypass_actors"] = found.get("bypass_actors", [])
    return shown


# --- workflows


@operation("GET", f"{REPO}/actions/permissions", ADMINISTRATION)
def actions(call: Call) -> Any:
    found = _settings(call).actions
    return found if found["enabled"] else {"enabled": False}


@operation("GET", f"{REPO}/actions/permissions/workflow", ADMINISTRATION)
def workflow(call: Call) -> Any:
    return _settings(call).workflow


@operation("GET", f"{REPO}/actions/permissions/fork-pr-contributor-approval", ADMINISTRATION)
def fork_approval(call: Call) -> Any:
    return {"approval_policy": _settings(call).fork_approval}


# --- security features


@operation("GET", f"{REPO}/vulnerability-alerts", ADMINISTRATION)
def vulnerability_alerts(call: Call) -> Any:
    if not _settings(call).dependabot_alerts:
        raise Refused(404, NOT_FOUND)
    return Answer(status=204)


@operation("GET", f"{REPO}/automated-security-fixes", ADMINISTRATION)
def security_fixes(call: Call) -> Any:
    return {"enabled": _settings(call).analysis["dependabot_security_updates"] == "enabled", "paused": False}


@operation("GET", f"{REPO}/private-vulnerability-reporting", "metadata:read")
def private_reporting(call: Call) -> Any:
    return {"enabled": _settings(call).private_reporting}


def _bought(call: Call) -> None:
    """Raises Refused where Code Security is off. Public repositories need none, and are not told of it."""
    if _settings(call).analysis.get("code_security") == "disabled":
        raise Refused(403, "Code Security must be enabled for this repository to use code scanning.")


@operation("GET", f"{REPO}/code-scanning/default-setup", ADMINISTRATION)
def default_setup(call: Call) -> Any:
    _bought(call)
    return {"state": _settings(call).default_setup, "languages": []}


@operation("GET", f"{REPO}/code-scanning/analyses", "security_events:read")
def analyses(call: Call) -> Any:
    _bought(call)
    count = _settings(call).analyses
    if not count:
        raise Refused(404, "no analysis found")
    home = f"{call.api}/repos/{call.repository.name}/code-scanning/analyses"
    return call.page(range(1, count + 1), lambda number: {"id": number, "url": f"{home}/{number}", "deletable": False})


def _alerts(call: Call, kind: str) -> Answer:
    count = _settings(call).alerts.get(kind, 0) if call.query.get("state") == "open" else 0
    home = f"{call.api}/repos/{call.repository.name}/{kind}/alerts"
    return call.page(range(count, 0, -1), lambda number: {"number": number, "state": "open", "url": f"{home}/{number}"})


@operation("GET", f"{REPO}/code-scanning/alerts", "security_events:read")
def code_alerts(call: Call) -> Any:
    if not _settings(call).analyses and _settings(call).default_setup != "configured":
        raise Refused(404, "no analysis found")
    return _alerts(call, "code-scanning")


@operation("GET", f"{REPO}/secret-scanning/alerts", "secret_scanning_alerts:read")
def secret_alerts(call: Call) -> Any:
    if _settings(call).analysis["secret_scanning"] != "enabled":
        raise Refused(404, "Secret scanning is disabled on this repository.")
    found = _alerts(call, "secret-scanning")
    for one in found.body:
        one["secret"] = None if call.query.get("hide_secret") == "true" else "ghp_shown_to_who_did_not_ask_to_hide_it"
    return found


@operation("GET", f"{REPO}/dependabot/alerts", "vulnerability_alerts:read")
def dependency_alerts(call: Call) -> Any:
    if call.repository.archived:
        raise Refused(403, "Dependabot alerts are not available for archived repositories.")
    if not _settings(call).dependabot_alerts:
        raise Refused(403, "Dependabot alerts are disabled for this repository.")
    return _alerts(call, "dependabot")


# --- who and what has access


@operation("GET", f"{REPO}/collaborators", "metadata:read")
def collaborators(call: Call) -> Any:
    where = call.repository
    person = call.token is not None and not call.token.everything and call.installation is None
    if person and where.role(call.author.login) not in ("write", "maintain", "admin"):
        raise Refused(403, "Must have push access to view repository collaborators.")
    logins = [login for login, role in where.roles.items() if role != "none"]
    if call.query.get("affiliation") == "outside":
        logins = [login for login in logins if login in where.settings.outside]

    def show(login: str) -> dict[str, Any]:
        who = shapes.account(call.world, call.world.account(login), call.api) or {}
        return {**who, "role_name": where.roles[login]}

    return call.page(logins, show)


@operation("GET", f"{REPO}/keys", ADMINISTRATION)
def keys(call: Call) -> Any:
    return call.page(_settings(call).keys, lambda key: key)


@operation("GET", f"{REPO}/hooks", "repository_hooks:read")
def hooks(call: Call) -> Any:
    return call.page(_settings(call).hooks, lambda hook: hook)


@operation("GET", f"{REPO}/releases", "contents:read")
def releases(call: Call) -> Any:
    return call.page(_settings(call).releases, lambda release: release)


@operation("GET", f"{REPO}/attestations/{{subject_digest}}", "attestations:read")
def attestations(call: Call) -> Any:
    count = _settings(call).attestations.get(call.values["subject_digest"], 0)
    if not count:
        raise Refused(404, NOT_FOUND)
    return {"attestations": [{"bundle": {}, "repository_id": 1} for _ in range(count)]}


@operation("GET", f"{REPO}/contributors", "metadata:read")
def contributors(call: Call) -> Any:
    found = _settings(call).contributors
    if not found:
        return Answer(status=204)

    def show(one: tuple[str, int]) -> dict[str, Any]:
        who = shapes.account(call.world, call.world.account(one[0]), call.api) or {}
        return {**who, "contributions": one[1]}

    return call.page(found, show)


@operation("GET", "/orgs/{org}/repos")
def repositories_of(call: Call) -> Any:
    who = call.world.accounts.get(call.values["org"])
    if who is None or who.kind != "Organization":
        raise Refused(404, NOT_FOUND)
    mine = [one for one in call.world.repositories.values() if one.name.partition("/")[0] == who.login]
    seen = [
        one for one in mine if not one.private or (call.token is not None and access.sees(call.token, one, open_house=False))
    ]
    return call.page(seen, lambda one: shapes.repository(call.world, one, call.api))


@operation("GET", "/orgs/{org}")
def organisation(call: Call) -> Any:
    login = call.values["org"]
    who, found = call.world.accounts.get(login), call.world.organisations.get(login)
    if who is None or who.kind != "Organization":
        raise Refused(404, NOT_FOUND)
    shown = {**(shapes.account(call.world, who, call.api) or {}), "type": "Organization", "description": ""}
    if found is None:
        return shown
    shown["is_verified"] = found.verified
    inside = call.token is not None and (
        call.token.everything
        or (call.installation is not None and access.granted(call.token, "organization_administration") > 0)
        or call.author.login in call.world.owners.get(login, ())
    )
    if inside:
        shown |= {
            "two_factor_requirement_enabled": found.two_factor,
            "default_repository_permission": found.default_permission,
            "members_can_create_public_repositories": found.members_create_public,
        }
    return shown
