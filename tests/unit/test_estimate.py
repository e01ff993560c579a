"""The estimate on the page is what the tool works out of dated prices, and its figures are those of the templates."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.bench import footprint

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools/estimate"
DATA: dict[str, Any] = tomllib.loads((ROOT / "bicep/prices.toml").read_text(encoding="utf-8"))
FILE: dict[str, Any] = tomllib.loads((ROOT / "bicep/profiles.toml").read_text(encoding="utf-8"))
ASSUME = {name: one["value"] for name, one in FILE["assume"].items()}
estimate = runpy.run_path(str(TOOL))


def bicep(name: str) -> str:
    return (ROOT / "bicep" / name).read_text(encoding="utf-8")


def test_the_page_shows_what_the_tool_works_out() -> None:
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    parts = {
        "estimate": estimate["table"](DATA, FILE),
        "assumptions": estimate["assumptions"](FILE),
        "prices": estimate["prices"](DATA),
    }
    assert estimate["written"](page, parts) == page, "run tools/estimate --write"


@pytest.mark.parametrize("key", DATA["prices"])
def test_every_price_says_where_it_is_from_and_how_to_ask_again(key: str) -> None:
    price = DATA["prices"][key]
    assert {"name", "unit", "region", "meter", "query"} <= set(price)
    assert ("value" in price) != ("unknown" in price)
    if "value" in price:
        assert price["value"] > 0
        assert price["source"]
        day = price["read"]
        assert isinstance(day, date) or re.fullmatch(r"20\d\d", day), day
    assert "eq '" in price["query"] or "contains(" in price["query"]
    assert (
        price["region"] == "Global" or "armRegionName eq 'swedencentral'" in price["query"] or "Load Balancer" in price["query"]
    )


def test_what_is_unknown_is_named_and_adds_nothing() -> None:
    enterprise = estimate["costs"](FILE["profiles"]["enterprise"], DATA, ASSUME)
    unknown = [cost.line.price for cost in enterprise if cost.usd is None]
    assert unknown
    shown = estimate["table"](DATA, FILE)
    assert all(DATA["prices"][key]["name"] in shown and DATA["prices"][key]["unknown"] in shown for key in unknown)
    total = sum(cost.usd for cost in enterprise if cost.usd is not None)
    assert f"**{total:,.0f}**" in shown
    cheaper = {
        **DATA,
        "prices": {**DATA["prices"], "servicebus_premium": {**DATA["prices"]["servicebus_premium"], "value": 0.0}},
    }
    less = sum(cost.usd or 0.0 for cost in estimate["costs"](FILE["profiles"]["enterprise"], cheaper, ASSUME))
    assert total - less == pytest.approx(0.9275 * 730)


def test_sums_by_hand() -> None:
    small = FILE["profiles"]["small"]
    assert estimate["models"](small, ASSUME) == pytest.approx(60 * (0.91 * 80 / 819 + 3 * 0.07))
    by_price = {cost.line.price: cost.usd for cost in estimate["costs"](FILE["profiles"]["idle"], DATA, ASSUME)}
    assert by_price["servicebus_standard"] == 10.0
    assert by_price["servicebus_operations"] == 0.0, "thirteen million are free"
    assert by_price["functions_execution"] == pytest.approx((90_000 * 2 - 100_000) * 0.000026)
    pool = {cost.line.price: cost.usd for cost in estimate["costs"](FILE["profiles"]["enterprise"], DATA, ASSUME)}
    assert pool["session_cpu"] == pytest.approx(16 * 730 * 0.057077), "one machine is ready all the month"


def test_figures_that_are_said_to_be_measured_stand_where_they_are_said_to() -> None:
    cost = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    for name in ("usd_first", "usd_push"):
        assert f"{ASSUME[name]} USD" in cost
    assert f"{ASSUME['usd_lines']} lines" in cost
    assert f"{ASSUME['calls_first']} calls" in cost
    assert f"{ASSUME['calls_push']} calls" in cost
    for assumed in FILE["assume"].values():
        assert re.match(r"(measured|assumed|Microsoft|gpt-)", assumed["source"]), assumed


def test_the_footprint_of_a_review_is_about_what_is_assumed() -> None:
    measured = {one["name"].rsplit(": ", 1)[1]: one["value"] for one in footprint.measures() if "opened" in one["name"]}
    said = {
        "activities": "activities",
        "records, get": "record_reads",
        "records, put": "record_writes",
        "blobs, get": "blob_reads",
        "blobs, put": "blob_writes",
    }
    for name, assumed in said.items():
        assert 0.6 < measured[name] / ASSUME[assumed] < 1.6, f"{assumed}: measured {measured[name]}"
    assert measured["messages, send"] + measured["messages, receive"] <= ASSUME["bus_operations"]


def test_figures_of_the_templates() -> None:
    main, endpoints = bicep("main.bicep"), bicep("modules/endpoints.bicep")
    assert len(re.findall(r"^ +group: '", bicep("modules/services.bicep"), re.MULTILINE)) == estimate["ENDPOINTS"]
    assert endpoints.count("'privatelink") == estimate["ZONES"]
    alerts = json.loads(bicep("generated/alerts.json"))
    assert (len(alerts["logAlerts"]), len(alerts["metricAlerts"])) == (estimate["ALERTS"], estimate["METRICS"])
    assert estimate["QUEUES"] == len(set(re.findall(r"'((?:fusion|inference)-[a-z]+)'", bicep("modules/servicebus.bicep"))))
    cores, memory = estimate["REPLICA"]
    assert f"cpu: json('{cores}.0')" in bicep("modules/scheduler.bicep")
    assert f"memory: '{memory}Gi'" in bicep("modules/scheduler.bicep")
    cores, memory = estimate["GPUS"]["t4"]
    assert f"cores: {cores}\n  memory: '{memory}Gi'" in main
    assert f"cooldownPeriodInSeconds: {estimate['COOLING']}" in bicep("modules/sessions.bicep")
    assert "cpu: json('2.0')" in bicep("modules/sessions.bicep"), "seven of a machine's 16 cores fit"
    enterprise, production = FILE["profiles"]["enterprise"], bicep("main.prod.bicepparam")
    assert f"cosmosMaxThroughput = {enterprise['autoscale_max']}" in production
    assert f"logRetentionDays = {enterprise['log_days']}" in production


def test_the_tool_prints() -> None:
    def said(*arguments: str) -> str:
        done = subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    addresses = said("--queries").splitlines()
    assert len(addresses) == len(DATA["prices"])
    assert all("\thttps://prices.azure.com/api/retail/prices?" in line and " " not in line for line in addresses)
    assert "Premium: messaging unit: 730.00 x hour" in said("--lines", "enterprise")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda text: "x = [", "cannot be read: Invalid value"),
        (lambda text: "x = 1", "lacks assume.usd_first.value"),
        (lambda text: text.replace("pulls = 60\n", ""), "lacks profiles.small.pulls"),
        (lambda text: text.partition("[profiles")[0], "lacks a profile"),
    ],
)
def test_a_file_of_ones_own_that_is_wrong_is_told_in_a_sentence(tmp_path: Path, edit: Callable[[str], str], said: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(edit((ROOT / "bicep/profiles.toml").read_text(encoding="utf-8")), encoding="utf-8")
    run = subprocess.run([sys.executable, TOOL, "--file", file], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert said in run.stderr
    assert run.stderr.count("\n") == 1
