"""`fusion doctor` about scans: key, anchors, advisories, and the permissions of installations."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion.events.permissions import asked
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.serving import environment


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "repo", tmp_path / "state").init()


def rows(place: Workplace, /, **settings: str) -> dict[str, list[tuple[bool, str]]]:
    done = place.fusion("doctor", "--format", "json", stdin=None, **settings)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[tuple[bool, str]]] = {}
    for part in json.loads(done.stdout)["parts"]:
        if part["kind"] == "scans":
            found.setdefault(part["name"], []).append((part["ready"], part["detail"]))
    return found


def mirror(folder: Path, *, days: float) -> Path:
    at = datetime.now(UTC) - timedelta(days=days)
    record = {"id": "PYSEC-1", "modified": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "affected": []}
    (folder / "PyPI").mkdir(parents=True)
    (folder / "PyPI" / "PYSEC-1.json").write_text(json.dumps(record))
    os.utime(folder / "PyPI" / "PYSEC-1.json", (at.timestamp(), at.timestamp()))
    return folder


def test_what_is_not_set_up_is_said_and_nothing_is_made(place: Workplace) -> None:
    found = rows(place)
    assert found["evidence key"] == [(True, f"made on first use: {place.home / 'evidence-key.pem'}")]
    assert not (place.home / "evidence-key.pem").exists()
    assert found["anchor"][0][0] is False
    assert found["advisories"] == [(False, "FUSION_ADVISORIES not set: known vulnerabilities are not assessed")]


def test_a_key_is_told_by_its_id_and_a_wrong_one_by_its_fault(place: Workplace, tmp_path: Path) -> None:
    assert place.fusion("evidence", "key", "--new").returncode == 0
    ready, detail = rows(place)["evidence key"][0]
    assert ready
    assert "evidence-key.pem, key " in detail
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key")
    wrong.chmod(0o600)
    assert rows(place, FUSION_EVIDENCE_KEY=str(wrong))["evidence key"][0][0] is False


def test_a_mirror_is_told_with_its_age(place: Workplace, tmp_path: Path) -> None:
    ready, detail = rows(place, FUSION_ADVISORIES=str(mirror(tmp_path / "new", days=2.5)))["advisories"][0]
    assert ready, detail
    assert detail.endswith("covers pypi; 2 days old")
    ready, detail = rows(place, FUSION_ADVISORIES=str(mirror(tmp_path / "old", days=90.5)))["advisories"][0]
    assert not ready
    assert "90 days old: renew it" in detail


def test_each_installation_is_told_with_what_it_lacks(place: Workplace) -> None:
    with FakeGitHub() as github:
        github.app(permissions=asked(scans=True))
        for name in ("octo/shop", "acme/shop"):
            github.create(name)
        github.install("octo/shop")
        github.install("acme/shop", permissions=asked())
        found = rows(place, **environment(github))
    assert found["permissions of octo"] == [(True, "all that scans read is granted")]
    ready, detail = found["permissions of acme"][0]
    assert not ready
    assert detail.startswith("without administration: read, not assessed or only in part: ")
    assert detail.endswith(" more")
