"""What the App asks for: nothing without a reason, nothing that GitHub would refuse."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from fusion.adapters.github.app import FILING, SCANNING
from fusion.cli import app, app_manifest  # noqa: F401  (registers its command)
from fusion.errors import UserError
from fusion.events.permissions import FOR_ISSUES, FOR_SCANS, PERMISSIONS, SUBSCRIPTIONS, asked, manifest
from fusion.events.table import EVENTS, TABLE


def test_every_event_that_is_read_is_subscribed_to_and_no_other() -> None:
    read = {event for (event, _), entry in TABLE.items() if not isinstance(entry, str)}
    unasked = {"installation", "installation_repositories"}
    assert {subscription.event for subscription in SUBSCRIPTIONS} == read - unasked
    assert read <= set(EVENTS)


def test_every_subscription_has_its_permission_and_every_permission_its_reason() -> None:
    granted = {permission.name for permission in PERMISSIONS}
    assert len(granted) == len(PERMISSIONS)
    assert {subscription.needs for subscription in SUBSCRIPTIONS} <= granted
    assert all(permission.reason and permission.without for permission in PERMISSIONS)


def test_the_command_prints_the_manifest() -> None:
    result = CliRunner().invoke(app, ["app", "manifest", "--url", "https://bot.example.org/", "--name", "Ours"])
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed == manifest(url="https://bot.example.org", name="Ours")
    assert printed["hook_attributes"] == {"url": "https://bot.example.org/github", "active": True}
    assert (printed["name"], printed["public"]) == ("Ours", False)
    assert printed["default_permissions"]["checks"] == "write"


def test_a_bot_that_only_reviews_asks_for_nothing_that_scans_need() -> None:
    only_scans = {permission.name for permission in FOR_SCANS}
    assert not only_scans & asked().keys()
    assert asked()["issues"] == "read"
    assert asked(scans=True).keys() - asked().keys() == only_scans


def test_with_scans_and_issues_every_token_gets_what_it_wants_and_scans_write_nothing() -> None:
    levels = ("", "read", "write")
    everything = asked(scans=True, issues=True)
    for wanted in (SCANNING, FILING):
        assert {name for name, level in wanted.items() if levels.index(everything.get(name, "")) < levels.index(level)} == set()
    assert set(SCANNING.values()) == {"read"}
    assert {permission.name for permission in FOR_SCANS} <= SCANNING.keys()
    assert all(permission.reason and permission.without for permission in (*FOR_SCANS, *FOR_ISSUES))


def test_the_command_asks_for_scans_when_it_is_told_to() -> None:
    printed = json.loads(CliRunner().invoke(app, ["app", "manifest", "--scans", "--issues"]).stdout)
    assert printed["default_permissions"] == asked(scans=True, issues=True)
    assert (printed["default_permissions"]["administration"], printed["default_permissions"]["issues"]) == ("read", "write")


def test_without_an_address_the_webhook_is_inactive() -> None:
    assert manifest()["hook_attributes"]["active"] is False
    assert CliRunner().invoke(app, ["app", "manifest"]).exit_code == 0


@pytest.mark.parametrize(
    "url",
    ["bot.example.org", "ftp://x", "https://", "https://u:p@x", "https://x?a=1", "https://x#a", "https://x y", "https://[x"],
)
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(UserError, match="--url"):
        manifest(url=url)


@pytest.mark.parametrize("name", ["", "x" * 35, "a\nb"])
def test_a_name_must_be_one_that_github_takes(name: str) -> None:
    with pytest.raises(UserError, match="name"):
        manifest(name=name)
