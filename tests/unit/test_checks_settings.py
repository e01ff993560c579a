"""Every check over settings, in every state: the whole table, then what must hold of all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.check import Source, Subject
from fusion.checks.forge import SettingsCheck
from fusion.checks.registry import builtin
from fusion.model.compliance import CheckResult, Status
from fusion.model.inventory import Tree
from fusion.model.posture import (
    ActionsSettings,
    Basics,
    Collaborator,
    Contributor,
    DeployKey,
    Hook,
    Merge,
    OrganisationSettings,
    Posture,
    Protection,
    Release,
    SecuritySettings,
    Unknown,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSED, FAILED, DARK, MOOT = Status.PASSED, Status.FAILED, Status.NOT_ASSESSED, Status.NOT_APPLICABLE
CHECKS = {check.about.id: check for check in builtin() if isinstance(check, SettingsCheck)}
PARTS = [name for name, field in Posture.model_fields.items() if "Unknown" in str(field.annotation) and name != "basics"]


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def basics(**fields: Any) -> Basics:
    usual = {"head": "a" * 40, "licence": "MIT", "created": ago(900), "pushed": ago(2), "owner_is_organisation": True}
    return Basics(**{"default_branch": "main", "visibility": "public", "forking": True, **usual, **fields})


def protection(**fields: Any) -> Protection:
    strict: dict[str, Any] = {
        **dict.fromkeys(("protected", "pull_required", "dismiss_stale", "code_owners", "last_push_approval"), True),
        **dict.fromkeys(("conversation_resolution", "up_to_date", "signatures", "linear_history", "admins_included"), True),
        **{"approvals": 2, "checks": ("tests", "DCO"), "force_push": False, "deletion": False},
    }
    return Protection(**{**strict, **fields})


def actions(**fields: Any) -> ActionsSettings:
    strict = {"allowed": "selected", "pinned_required": True, "default_permissions": "read", "approve_pulls": False}
    return ActionsSettings(**{**strict, "fork_approval": "all_external_contributors", **fields})


def security(**fields: Any) -> SecuritySettings:
    names = ("secret_scanning", "push_protection", "dependabot_alerts", "dependabot_updates", "code_scanning")
    counts = {"secret-scanning": 0, "code-scanning": 0, "dependabot": 0}
    return SecuritySettings(**{**dict.fromkeys((*names, "private_reporting"), True), "open_alerts": counts, **fields})


def merge(commit: str = "c" * 40, **fields: Any) -> Merge:
    usual = {"author": "ann", "verified": True, "pull": 7, "approvals": 1, "checks_passed": True}
    return Merge(**{"commit": commit, "at": ago(3), **usual, **fields})


def contributor(number: int, **fields: Any) -> Contributor:
    return Contributor(**{"login": f"p{number}", "commits": 9, "organisations": (f"org{number}",), "as_of": ago(10), **fields})


def key(**fields: Any) -> DeployKey:
    return DeployKey(**{"title": "ci", "read_only": True, "created": ago(100), "last_used": ago(1), **fields})


def hook(**fields: Any) -> Hook:
    return Hook(**{"host": "hooks.example", "https": True, "verifies_tls": True, "has_secret": True, **fields})


def organisation(**fields: Any) -> OrganisationSettings:
    strict = {"two_factor": True, "default_permission": "read", "members_create_public": False, "verified_domain": True}
    return OrganisationSettings(**{**strict, **fields})


def posture(**parts: Any) -> Posture:
    """One that every check passes that has something to look at; a part given as a mapping replaces fields of the usual one."""
    usual: dict[str, Any] = {
        "basics": basics(),
        "protection": protection(),
        "actions": actions(),
        "security": security(),
        "collaborators": (Collaborator(login="ann", permission="admin"),),
        "deploy_keys": (key(),),
        "hooks": (hook(),),
        "releases": (Release(tag="v1.0", assets=("fusion.tar.gz", "fusion.tar.gz.sig")),),
        "merges": (merge(),),
        "contributors": (contributor(1), contributor(2), contributor(3)),
        "organisation": organisation(),
    }
    return Posture(repository="acme/shop", at=NOW, **{**usual, **parts})


def assess(id: str, told: Posture | Unknown, now: datetime = NOW) -> CheckResult:
    subject = Subject(repository="acme/shop", posture=told, tree=Tree(commit="a" * 40, files=()), now=now)
    return CHECKS[id].assess(subject)


def private(**fields: Any) -> Basics:
    return basics(visibility="private", **fields)


def usual(id: str) -> dict[str, Any]:
    """Parts with which a check has something to look at, where the public repository gives it nothing."""
    return {"basics": private(forking=False)} if id == "forking" else {}


Case = tuple[str, dict[str, Any], Status, str]


def ruled(id: str, weak: dict[str, Any], says: str) -> list[Case]:
    """A rule of the branch: it fails without the rule, and where nothing is protected however strict the rest is."""
    return [
        (id, {"protection": protection(**weak)}, FAILED, says),
        (id, {"protection": protection(protected=False)}, FAILED, "" if id == "branch-protection" else says),
        (id, {"basics": basics(archived=True)}, MOOT, "archived"),
        (id, {"basics": basics(empty=True, head="")}, MOOT, "no commit"),
    ]


def switched(id: str, part: Callable[..., Any], name: str, field: str, off: Any, dark: Any, says: str) -> list[Case]:
    """One switch: off fails, not told is not assessed."""
    return [
        (id, {name: part(**{field: off})}, FAILED, says),
        (id, {name: part(**{field: dark})}, DARK, "was not told"),
    ]


CASES: list[Case] = [
    *ruled("branch-protection", {"force_push": True}, "rewritten"),
    ("branch-protection", {"protection": protection(deletion=True)}, FAILED, "deleted"),
    ("branch-protection", {"protection": protection(pull_required=False)}, FAILED, "without a pull request"),
    ("branch-protection-admins", {"protection": protection(admins_included=False)}, FAILED, "Administrators"),
    ("branch-protection-admins", {"protection": protection(bypass=("administrators",))}, FAILED, "Administrators"),
    ("branch-protection-admins", {"protection": protection(bypass=("team ops",))}, FAILED, "team ops may go past"),
    ("branch-protection-admins", {"protection": protection(admins_included=None)}, DARK, "administrators was not told"),
    ("branch-protection-admins", {"protection": protection(bypass_known=False)}, DARK, "bypass the rulesets was not told"),
    ("branch-protection-admins", {"protection": protection(protected=False)}, MOOT, "nothing to go past"),
    *ruled("required-reviews", {"approvals": 0}, "without anybody's approval"),
    ("required-reviews", {"protection": protection(approvals=1)}, PASSED, "1 approval is"),
    *ruled("two-approvals", {"approvals": 1}, "Fewer than two"),
    *ruled("stale-reviews", {"dismiss_stale": False}, "Approvals stay"),
    *ruled("last-push-approval", {"last_push_approval": False}, "pushed last"),
    *ruled("code-owner-reviews", {"code_owners": False}, "those who own"),
    *ruled("required-status-checks", {"checks": ()}, "checks passed or not"),
    ("required-status-checks", {"protection": protection(checks=tuple("abcdefg"))}, PASSED, "a, b, c, d, e and 2 more"),
    ("required-status-checks", {"protection": protection(checks=tuple("abcde"))}, PASSED, "a, b, c, d, e."),
    *ruled("up-to-date-branches", {"up_to_date": False}, "behind"),
    ("up-to-date-branches", {"protection": protection(up_to_date=False, merge_queue=True)}, PASSED, "merge queue"),
    *ruled("conversation-resolution", {"conversation_resolution": False}, "conversations are open"),
    *ruled("linear-history", {"linear_history": False}, "Merge commits can"),
    *ruled("signed-commits", {"signatures": False}, "without a signature"),
    *ruled("sign-off", {"checks": ("tests", "clang", "declare")}, "No required check"),
    ("sign-off", {"protection": protection(checks=()), "basics": basics(web_commit_signoff=True)}, FAILED, "in the browser"),
    *(("sign-off", {"protection": protection(checks=(one,))}, PASSED, one) for one in ("license/cla", "EasyCLA", "dco-check")),
    # What came in lately.
    ("code-review", {"merges": (merge(), merge("d" * 40, approvals=0))}, FAILED, "1 of 2 recent changes by people"),
    ("code-review", {"merges": (merge(), merge("d" * 40, approvals=0, by_bot=True))}, PASSED, "1 of 1 recent"),
    ("code-review", {"merges": (merge(by_bot=True, approvals=0),)}, MOOT, "bots"),
    ("code-review", {"merges": ()}, MOOT, "Nothing has been merged"),
    ("code-review", {"basics": basics(archived=True)}, MOOT, "archived"),
    ("direct-commits", {"merges": (merge(pull=0), merge("d" * 40))}, FAILED, "1 of 2 recent"),
    ("direct-commits", {"merges": ()}, MOOT, "Nothing has been merged"),
    ("signed-merges", {"merges": (merge(verified=False), merge("d" * 40))}, FAILED, "1 of 2 recent"),
    ("signed-merges", {"merges": (merge(verified=None), merge("d" * 40))}, DARK, "was not told"),
    ("signed-merges", {"merges": ()}, MOOT, "Nothing has been merged"),
    ("ci-tests", {"merges": (merge(checks_passed=False),)}, FAILED, "on 0 of 1 recent"),
    ("ci-tests", {"merges": (merge(checks_passed=None),)}, DARK, "was not told"),
    ("ci-tests", {"merges": (merge(pull=0, checks_passed=False),)}, MOOT, "by pull request"),
    ("ci-tests", {"merges": ()}, MOOT, "Nothing has been merged"),
    ("contributors", {"contributors": (contributor(1), contributor(2))}, FAILED, "2 organisations; 3 are wanted"),
    ("contributors", {"contributors": (contributor(1), contributor(2), contributor(3, commits=4))}, FAILED, "2 people"),
    ("contributors", {"contributors": (*map(contributor, (1, 2)), contributor(3, login="x[bot]"))}, FAILED, "2 people"),
    (
        "contributors",
        {"contributors": (contributor(1), contributor(2, organisations=("@Org1", "ORG1, Inc.")))},
        FAILED,
        "name 1 ",
    ),
    ("contributors", {"contributors": (contributor(1, organisations=(), as_of=None),)}, DARK, "was not told"),
    ("contributors", {"contributors": tuple(contributor(n, commits=5) for n in (1, 2, 3))}, PASSED, "3 people"),
    ("contributors", {"contributors": ()}, MOOT, "no contributor"),
    # What the repository is.
    ("maintained", {"basics": basics(archived=True)}, FAILED, "archived"),
    ("maintained", {"basics": basics(pushed=ago(90.01))}, FAILED, "last 90 days"),
    ("maintained", {"basics": basics(pushed=ago(90))}, PASSED, "2026-08-22"),
    ("maintained", {"basics": basics(created=ago(89))}, MOOT, "younger"),
    ("maintained", {"basics": basics(pushed=None)}, DARK, "was not told"),
    ("maintained", {"basics": basics(created=None)}, DARK, "was not told"),
    ("maintained", {"basics": basics(created=None, pushed=ago(200))}, FAILED, "last 90 days"),
    ("maintained", {"basics": basics(pushed=ago(-3))}, DARK, "ahead of the clock"),
    ("maintained", {"basics": basics(pushed=ago(-1))}, PASSED, "last push"),
    ("maintained", {"basics": basics(pushed=ago(-0.5))}, PASSED, "last push"),
    ("maintained", {"basics": basics(pushed=ago(2).replace(tzinfo=None))}, PASSED, "last push"),
    ("archived", {"basics": basics(pushed=ago(366))}, FAILED, "365 days"),
    ("archived", {"basics": basics(pushed=ago(366), archived=True)}, PASSED, "is archived"),
    ("archived", {"basics": basics(pushed=ago(365))}, PASSED, "worked on"),
    ("archived", {"basics": basics(pushed=None)}, DARK, "was not told"),
    ("archived", {"basics": basics(empty=True, pushed=ago(900))}, MOOT, "no commit"),
    ("visibility", {"basics": basics(licence="")}, FAILED, "no licence"),
    ("visibility", {"basics": private(licence="")}, PASSED, "is private"),
    ("visibility", {"basics": basics(visibility="internal", licence="")}, PASSED, "is internal"),
    ("public-source", {"basics": basics(disabled=True)}, FAILED, "disabled"),
    ("public-source", {"basics": private()}, MOOT, "does not claim"),
    ("public-discussion", {"basics": basics(issues=False)}, FAILED, "switched off"),
    ("public-discussion", {"basics": private(issues=False)}, MOOT, "no public"),
    ("forking", {"basics": private(forking=True)}, FAILED, "may fork it"),
    ("forking", {"basics": private(forking=None)}, DARK, "was not told"),
    ("forking", {"basics": private(forking=False)}, PASSED, "cannot be forked"),
    ("forking", {"basics": private(owner_is_organisation=False)}, MOOT, "a person"),
    ("forking", {}, MOOT, "is public"),
    # Security features.
    *switched("secret-scanning", security, "security", "secret_scanning", False, None, "switched off"),
    *switched("push-protection", security, "security", "push_protection", False, None, "switched off"),
    ("push-protection", {"basics": basics(archived=True)}, MOOT, "archived"),
    *switched("dependabot-alerts", security, "security", "dependabot_alerts", False, None, "switched off"),
    *switched("dependabot-updates", security, "security", "dependabot_updates", False, None, "switched off"),
    *switched("code-scanning", security, "security", "code_scanning", False, None, "not set up"),
    *switched("private-reporting", security, "security", "private_reporting", False, None, "switched off"),
    ("private-reporting", {"basics": private()}, MOOT, "public ones only"),
    (
        "open-alerts",
        {"security": security(open_alerts={"dependabot": 1, "code-scanning": 0, "secret-scanning": 0})},
        FAILED,
        "1 dep",
    ),
    (
        "open-alerts",
        {"security": security(open_alerts={"dependabot": 300})},
        FAILED,
        "300 or more dependabot alerts are open. B",
    ),
    (
        "open-alerts",
        {"security": security(open_alerts={"dependabot": 0})},
        DARK,
        "secret-scanning alerts are open was not told",
    ),
    ("open-alerts", {"security": security(open_alerts={})}, DARK, "was not told"),
    (
        "open-alerts",
        {"security": security(open_alerts={"dependabot": 0}, secret_scanning=False, code_scanning=False)},
        PASSED,
        "depen",
    ),
    (
        "open-alerts",
        {"security": security(open_alerts={}, secret_scanning=False, code_scanning=False, dependabot_alerts=False)},
        MOOT,
        "switched off",
    ),
    # Workflows.
    *switched("default-token-permissions", actions, "actions", "default_permissions", "write", "", "may write"),
    *switched("workflow-approves-pulls", actions, "actions", "approve_pulls", True, None, "may approve"),
    *switched("allowed-actions", actions, "actions", "allowed", "all", "", "Any action"),
    ("allowed-actions", {"actions": actions(allowed="local_only")}, PASSED, "owner's own"),
    ("allowed-actions", {"actions": actions(enabled=False, allowed="all")}, MOOT, "switched off"),
    *switched("pinned-actions-required", actions, "actions", "pinned_required", False, None, "not pinned"),
    *switched("fork-approval", actions, "actions", "fork_approval", "first_time_contributors_new_to_github", "", "strangers"),
    ("fork-approval", {"actions": actions(fork_approval="whatever")}, DARK, "words that are known"),
    ("fork-approval", {"actions": actions(fork_approval="first_time_contributors")}, PASSED, "First-time"),
    ("fork-approval", {"basics": private(), "actions": actions(fork_approval="")}, MOOT, "strangers"),
    # Who and what has access.
    (
        "collaborators",
        {"collaborators": (Collaborator(login="eve", permission="write", outside=True),)},
        FAILED,
        "eve is from outside",
    ),
    ("collaborators", {"collaborators": (Collaborator(login="eve", permission="our-role", outside=True),)}, DARK, "our-role"),
    ("collaborators", {"collaborators": (Collaborator(login="eve", permission="triage", outside=True),)}, PASSED, "only read"),
    ("collaborators", {"basics": basics(owner_is_organisation=False)}, MOOT, "a person"),
    (
        "administrators",
        {"collaborators": tuple(Collaborator(login=one, permission="admin") for one in "dbca")},
        FAILED,
        "(a, b, c, d)",
    ),
    (
        "administrators",
        {"collaborators": tuple(Collaborator(login=one, permission="admin") for one in "abcde")},
        FAILED,
        "d, e)",
    ),
    (
        "administrators",
        {"collaborators": tuple(Collaborator(login=one, permission="admin") for one in "abcdef")},
        FAILED,
        "e, …)",
    ),
    (
        "administrators",
        {"collaborators": tuple(Collaborator(login=one, permission="admin") for one in "abc")},
        PASSED,
        "3 people",
    ),
    ("administrators", {"collaborators": ()}, PASSED, "No people"),
    ("administrators", {"basics": basics(owner_is_organisation=False)}, MOOT, "a person"),
    ("deploy-keys", {"deploy_keys": (key(read_only=False),)}, FAILED, "may write"),
    ("deploy-keys", {"deploy_keys": (key(last_used=ago(91)),)}, FAILED, "was not used"),
    ("deploy-keys", {"deploy_keys": (key(last_used=None),)}, FAILED, "was not used"),
    ("deploy-keys", {"deploy_keys": (key(last_used=None, created=ago(5)),)}, PASSED, "1 deploy key,"),
    ("deploy-keys", {"deploy_keys": (key(created=ago(366)),)}, FAILED, "older than a year"),
    ("deploy-keys", {"deploy_keys": (key(created=None),)}, DARK, "was made was not told"),
    ("deploy-keys", {"deploy_keys": (key(last_used=ago(90), created=ago(365)),) * 2}, PASSED, "2 deploy keys"),
    ("deploy-keys", {"deploy_keys": ()}, MOOT, "no deploy keys"),
    ("webhooks", {"hooks": (hook(has_secret=False),)}, FAILED, "no secret"),
    ("webhooks", {"hooks": (hook(https=False),)}, FAILED, "https"),
    ("webhooks", {"hooks": (hook(verifies_tls=False),)}, FAILED, "certificate"),
    ("webhooks", {"hooks": (hook(has_secret=False, active=False),)}, MOOT, "active"),
    ("webhooks", {"hooks": (hook(), hook(has_secret=False, active=False))}, PASSED, "1 webhook uses"),
    ("webhooks", {"hooks": ()}, MOOT, "no webhooks"),
    # The organisation.
    *switched("two-factor", organisation, "organisation", "two_factor", False, None, "does not demand"),
    ("two-factor", {"basics": basics(owner_is_organisation=False)}, MOOT, "a person"),
    *switched(
        "default-repository-permission", organisation, "organisation", "default_permission", "write", "", "write by default"
    ),
    ("default-repository-permission", {"organisation": organisation(default_permission="odd")}, DARK, "was not told"),
    *switched("repository-creation", organisation, "organisation", "members_create_public", True, None, "Any member"),
    *switched("verified-domain", organisation, "organisation", "verified_domain", False, None, "No domain"),
    # Releases.
    ("signed-releases", {"releases": (Release(tag="v1", assets=("a.zip",), attested=False),)}, FAILED, "neither"),
    ("signed-releases", {"releases": (Release(tag="v1", assets=("a.zip",)),)}, DARK, "make releases immutable"),
    ("signed-releases", {"releases": (Release(tag="v1", assets=("a.zip",), immutable=True),)}, PASSED, "1 release is"),
    ("signed-releases", {"releases": (Release(tag="v1", assets=("a.zip", "a.intoto.jsonl")),)}, PASSED, "1 release is"),
    ("signed-releases", {"releases": (Release(tag="v1"),)}, MOOT, "no files|No release has files"),
    ("signed-releases", {"releases": ()}, MOOT, "Nothing has been released"),
    (
        "signed-releases",
        {
            "releases": (
                *(Release(tag=f"v{n}", assets=("A.ASC",)) for n in range(5)),
                Release(tag="v9", assets=("a",), attested=False),
            )
        },
        PASSED,
        "5 releases are",
    ),
    ("release-versions", {"releases": (Release(tag="nightly"),)}, FAILED, "nightly has no version"),
    ("release-versions", {"releases": ()}, MOOT, "Nothing has been released"),
]


@pytest.mark.parametrize(("id", "parts", "status", "says"), CASES, ids=[f"{c[0]}-{c[2]}-{n}" for n, c in enumerate(CASES)])
def test_each_state(id: str, parts: dict[str, Any], status: Status, says: str) -> None:
    result = assess(id, posture(**parts))
    assert result.status is status, result.reason
    assert any(one in result.reason for one in says.split("|")), result.reason
    assert result.check == id
    assert (result.status is FAILED) == bool(result.deviations)
    assert result.as_of is not None
    assert (result.as_of < NOW) == (id == "contributors" and status in (PASSED, FAILED))
    assert result.read


@pytest.mark.parametrize("id", CHECKS)
def test_a_strict_repository_passes(id: str) -> None:
    result = assess(id, posture(**usual(id)))
    assert (result.status, result.deviations, result.permission) == (PASSED, (), ""), result.reason
    assert result.reason.endswith(".")


RULES = {id for id, check in CHECKS.items() if check.name == "protection"}
MERGED = {"ci-tests", "code-review", "direct-commits", "signed-merges"}
WORKFLOWS = {
    "allowed-actions",
    "default-token-permissions",
    "fork-approval",
    "pinned-actions-required",
    "workflow-approves-pulls",
}
WATCHED = {"code-scanning", "dependabot-alerts", "dependabot-updates", "private-reporting", "push-protection"}
RELEASED = {"release-versions", "signed-releases"}


def test_what_an_archived_repository_is_not_asked() -> None:
    moot = {id for id in CHECKS if assess(id, posture(basics=basics(archived=True))).status is MOOT}
    assert moot == RULES | MERGED | WORKFLOWS | WATCHED | {"public-discussion", "forking"}


def test_what_an_empty_repository_is_not_asked() -> None:
    moot = {id for id in CHECKS if assess(id, posture(basics=basics(empty=True, head=""))).status is MOOT}
    assert moot == RULES | MERGED | RELEASED | {
        "archived",
        "code-scanning",
        "contributors",
        "maintained",
        "public-source",
        "forking",
    }


@pytest.mark.parametrize("id", CHECKS)
def test_every_check_can_fail(id: str) -> None:
    assert [case for case in CASES if case[0] == id and case[2] is FAILED]


@pytest.mark.parametrize("id", CHECKS)
def test_what_could_not_be_read_is_never_passed(id: str) -> None:
    why = Unknown(why="GitHub does not show it.", permission="the_right: read")
    nowhere = assess(id, Unknown(why="A folder has no settings."))
    assert (nowhere.status, nowhere.reason, nowhere.permission) == (
        DARK,
        "A folder has no settings.",
        "",
    )
    for part in {"basics", CHECKS[id].name}:
        result = assess(id, posture(**{**usual(id), part: why}))
        assert (result.status, result.reason, result.permission) == (DARK, why.why, why.permission)
    bare = assess(id, posture(**{**usual(id), CHECKS[id].name: Unknown(why="No.")}))
    assert (bare.status, bare.permission) == (DARK, CHECKS[id].about.permission)


@pytest.mark.parametrize("id", CHECKS)
def test_a_check_reads_no_other_part(id: str) -> None:
    dark = {part: Unknown(why="No.") for part in PARTS if part != CHECKS[id].name}
    assert assess(id, posture(**usual(id), **dark)).status is PASSED


def test_deviations_are_the_same_things_next_time() -> None:
    before = assess("code-review", posture(merges=(merge("d" * 40, approvals=0), merge("e" * 40, approvals=0))))
    after = assess("code-review", posture(merges=(merge("f" * 40, approvals=0), merge("d" * 40, approvals=0))), ago(-1))
    assert len(before.deviations) == len(after.deviations) == 2
    assert before.deviations[0].fingerprint == after.deviations[1].fingerprint
    many = assess("administrators", posture(collaborators=tuple(Collaborator(login=one, permission="admin") for one in "abcd")))
    more = assess(
        "administrators", posture(collaborators=tuple(Collaborator(login=one, permission="admin") for one in "abcde"))
    )
    assert [one.fingerprint for one in many.deviations] == [one.fingerprint for one in more.deviations]
    old = assess("deploy-keys", posture(deploy_keys=(key(created=ago(400)), key(created=ago(500)))))
    assert len({one.fingerprint for one in old.deviations}) == 2


def test_severities_differ_where_the_things_do() -> None:
    bots = assess("direct-commits", posture(merges=(merge(pull=0, by_bot=True), merge("d" * 40, pull=0))))
    assert [one.severity for one in bots.deviations] == ["low", "medium"]
    alerts = assess(
        "open-alerts", posture(security=security(open_alerts={"secret-scanning": 1, "dependabot": 2, "code-scanning": 0}))
    )
    assert [one.severity for one in alerts.deviations] == ["critical", "high"]
    people = [Collaborator(login=f"p{n}", permission=one, outside=True) for n, one in enumerate(("admin", "write"))]
    outside = assess("collaborators", posture(collaborators=tuple(people)))
    assert [one.severity for one in outside.deviations] == ["high", "medium"]


def test_what_is_missing_is_told_beside_what_failed() -> None:
    result = assess("branch-protection-admins", posture(protection=protection(bypass=("team ops",), bypass_known=False)))
    assert result.status is FAILED
    assert "Beside that: Who may bypass the rulesets was not told" in result.reason
    assert result.permission == ""


def test_every_permission_that_is_missing_is_named_once() -> None:
    result = assess("open-alerts", posture(security=security(open_alerts={"dependabot": 0})))
    assert result.permission == "secret_scanning_alerts: read, security_events: read"
    assert result.reason.endswith(f" Grant {result.permission}.")


def test_names_that_others_chose_are_shown_harmless() -> None:
    hostile = "a\u202eb\n\n# c" + "x" * 500
    results = [
        assess("deploy-keys", posture(deploy_keys=(key(title=hostile, read_only=False),))),
        assess("webhooks", posture(hooks=(hook(host=hostile, https=False),))),
        assess("collaborators", posture(collaborators=(Collaborator(login=hostile, permission="admin", outside=True),))),
        assess("code-review", posture(merges=(merge(author=hostile, approvals=0),))),
        assess("release-versions", posture(releases=(Release(tag=hostile),))),
    ]
    for result in results:
        for text in (result.reason, *(one.title for one in result.deviations)):
            assert not {"\n", "\u202e"} & set(text)
            assert len(text) < 400


# --- any posture at all

moments = st.none() | st.datetimes(timezones=st.sampled_from([None, UTC]))
words = st.text(max_size=8) | st.sampled_from(["admin", "write", "read", "all", "v1", "x[bot]", "first_time_contributors"])


def anything(model: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a record, its times and texts of every kind."""
    given: dict[Any, st.SearchStrategy[Any]] = {
        datetime | None: moments,
        str: words,
        int: st.integers(-2, 400),
        tuple[str, ...]: st.lists(words, max_size=3).map(tuple),
        dict[str, int]: st.dictionaries(
            st.sampled_from(["dependabot", "code-scanning", "secret-scanning", "?"]), st.integers(-2, 400)
        ),
    }
    fields = {
        name: given[field.annotation] if field.annotation in given else st.from_type(field.annotation)
        for name, field in model.model_fields.items()
    }
    return st.builds(model, **fields)


unknown = st.just(Unknown(why="GitHub does not show it.", permission="x: read"))
many = {
    "collaborators": Collaborator,
    "contributors": Contributor,
    "deploy_keys": DeployKey,
    "hooks": Hook,
    "merges": Merge,
    "releases": Release,
}
single = {
    "protection": Protection,
    "actions": ActionsSettings,
    "security": SecuritySettings,
    "organisation": OrganisationSettings,
}
odd = st.fixed_dictionaries(
    {
        "basics": anything(Basics) | unknown,
        **{name: st.lists(anything(model), max_size=3).map(tuple) | unknown for name, model in many.items()},
        **{name: anything(model) | unknown for name, model in single.items()},
        "at": st.datetimes(timezones=st.sampled_from([None, UTC])),
    }
)


@given(parts=odd, now=st.datetimes(timezones=st.sampled_from([None, UTC])))
def test_no_posture_surprises_a_check(parts: dict[str, Any], now: datetime) -> None:
    told = Posture(repository="acme/shop", **parts)
    for id, check in CHECKS.items():
        result = assess(id, told, now)
        assert result == assess(id, told, now)
        needed = (told.basics, getattr(told, check.name))
        if any(isinstance(one, Unknown) for one in needed):
            assert result.status in (DARK, MOOT)
        if isinstance(told.basics, Unknown):
            assert result.status is DARK
        assert result.reason.strip()
        assert len({one.fingerprint for one in result.deviations}) == len(result.deviations)


@pytest.mark.parametrize("id", CHECKS)
def test_reads_what_it_says(id: str) -> None:
    about = CHECKS[id].about
    assert about.reads <= {Source.SETTINGS, Source.CLOCK}
    told = [posture(**parts) for other, parts, *_ in [*CASES, (id, usual(id))] if other == id]
    later, today = ([assess(id, one, now) for one in told] for now in (NOW + timedelta(days=4000), NOW))
    assert (later != today) == (Source.CLOCK in about.reads)
    assert bool(about.permission) == (CHECKS[id].name not in ("basics", "collaborators", "contributors"))
