"""CycloneDX and SPDX of a tree of many ecosystems fit the official schemas, say the same twice, and hold what was found."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import cyclonedx.schema
import pytest
from jsonschema import Draft7Validator, Draft201909Validator
from referencing import Registry, Resource

from fusion.check import Subject
from fusion.checks.packages.vulnerabilities import Vulnerabilities
from fusion.inventory import take
from fusion.model.compliance import CheckResult, Scan, ScanException
from fusion.model.inventory import Component, Inventory, Tree, TreeFile
from fusion.model.posture import Unknown
from fusion.ports.compliance import Advisory, Mirror
from fusion.render.scan import cyclonedx as cyclonedx_form
from fusion.render.scan import spdx
from tests.unit.test_inventory_formats import CASES, LOCKED_A, SHA, over

SCHEMAS = Path(__file__).parents[1] / "samples" / "schemas"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@cache
def cyclonedx_validator() -> Draft7Validator:
    folder = Path(next(iter(cyclonedx.schema.__path__))) / "_res"
    [main, *others] = [
        json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text("utf-8")) for name in ("bom-1.6", "spdx", "jsf-0.82")
    ]
    registry: Registry[Any] = Registry().with_resources([(one["$id"], Resource.from_contents(one)) for one in (main, *others)])
    return Draft7Validator(main, registry=registry, format_checker=Draft7Validator.FORMAT_CHECKER)


@cache
def spdx_validator() -> Draft201909Validator:
    return Draft201909Validator(json.loads((SCHEMAS / "spdx-2.3.json").read_text("utf-8")))


def mixed() -> Inventory:
    """Every sample of every format, each in a folder of its own."""
    files = {f"{number}/{path}": text for number, case in enumerate(CASES.values()) for path, text in case.files.items()}
    found = over({path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()} | {"Podfile": "x"})
    odd = Component(
        purl="pkg:npm/odd@1",
        name="odd",
        version="1",
        ecosystem="npm",
        licence="See the file",
        path="a\u202eb.json",
        hashes=("md5:ab",),
    )
    return found.model_copy(update={"components": (*found.components, odd)})


def judged(inventory: Inventory, *, accepted: str = "") -> CheckResult:
    known = Mirror(where="/osv", at=NOW, ecosystems=frozenset({one.ecosystem for one in inventory.components}))
    advisory = Advisory(id="GHSA-1", aliases=(), summary="Bad.", severity=VECTOR, fixed=("2.0.0",))
    subject = Subject(
        repository="o/r",
        posture=Unknown(why="None."),
        tree=Tree(commit="c", files=(TreeFile(path="x", size=1),)),
        inventory=inventory,
        mirror=known,
        advisories={"pkg:npm/a@1.1.5": [advisory]},
        now=NOW,
    )
    result = Vulnerabilities().assess(subject)
    found = tuple(one.model_copy(update={"accepted": accepted}) for one in result.deviations)
    return result.model_copy(update={"deviations": found})


def scanned(inventory: Inventory, **fields: Any) -> Scan:
    return Scan(id="s1", repository="o/r", commit="c" * 40, at=NOW, posture=Unknown(why="None."), inventory=inventory, **fields)


def both(scan: Scan) -> tuple[dict[str, Any], dict[str, Any]]:
    one, other = json.loads(cyclonedx_form.render(scan)), json.loads(spdx.render(scan))
    assert [f"{list(error.path)}: {error.message[:300]}" for error in cyclonedx_validator().iter_errors(one)] == []
    assert [f"{list(error.path)}: {error.message[:300]}" for error in spdx_validator().iter_errors(other)] == []
    return one, other


def test_a_mixed_tree_fits_both_schemas() -> None:
    inventory = mixed()
    bom, document = both(scanned(inventory, results=(judged(inventory),)))
    purls = {one.purl for one in inventory.components}
    assert {one["purl"] for one in bom["components"]} == purls
    references = {one["externalRefs"][0]["referenceLocator"]: one for one in document["packages"] if "externalRefs" in one}
    assert set(references) == purls
    assert len({one["SPDXID"] for one in document["packages"]}) == len(purls) + 1
    assert bom["metadata"]["timestamp"].startswith("2026-11-20T00:00:00")
    assert bom["metadata"]["component"]["version"] == "c" * 40
    assert "Podfile" in document["comment"]
    assert any(one["name"] == "fusion:unread" and "Podfile" in one["value"] for one in bom["metadata"]["properties"])


def test_licences_hashes_and_relations_are_told_where_they_are_known() -> None:
    bom, document = both(scanned(mixed()))
    found = {one["purl"]: one for one in bom["components"]}
    packages = {one["externalRefs"][0]["referenceLocator"]: one for one in document["packages"][1:]}
    scoped = "pkg:npm/%40scope/a@1.2.3"
    assert found[scoped]["licenses"][0]["expression"] == "MIT"
    assert packages[scoped]["licenseDeclared"] == "MIT"
    assert found[scoped]["hashes"] == [{"alg": "SHA-512", "content": "0" * 128}]
    assert packages[scoped]["checksums"] == [{"algorithm": "SHA512", "checksumValue": "0" * 128}]
    # Two wheels have two hashes, and neither is the package's.
    assert "hashes" not in found["pkg:pypi/django@4.2.1"]
    assert found["pkg:npm/odd@1"]["licenses"][0]["license"]["name"] == "See the file"
    assert packages["pkg:npm/odd@1"]["licenseDeclared"] == "NOASSERTION"
    needs = {one["ref"]: one.get("dependsOn", []) for one in bom["dependencies"]}
    assert "pkg:npm/c@1.0.0" in needs[scoped]
    assert scoped in needs[bom["metadata"]["component"]["bom-ref"]]
    ids = {purl: one["SPDXID"] for purl, one in packages.items()}
    assert {
        "spdxElementId": ids[scoped],
        "relationshipType": "DEPENDS_ON",
        "relatedSpdxElement": ids["pkg:npm/c@1.0.0"],
    } in document["relationships"]


def test_vulnerabilities_are_vex_and_say_who_accepts_them() -> None:
    inventory = mixed()
    [open_one] = both(scanned(inventory, results=(judged(inventory),)))[0]["vulnerabilities"]
    assert open_one["affects"] == [{"ref": "pkg:npm/a@1.1.5"}]
    assert open_one["ratings"] == [{"method": "CVSSv31", "severity": "critical", "vector": VECTOR.removeprefix("CVSS:3.1/")}]
    assert open_one["analysis"] == {"state": "in_triage"}
    exception = ScanException(
        id="e1",
        check="vulnerabilities",
        owner="o",
        reason="Not reachable.",
        approver="p",
        expires=NOW.date() + timedelta(days=9),
    )
    scan = scanned(inventory, results=(judged(inventory, accepted="e1"),), exceptions=(exception,))
    [accepted] = both(scan)[0]["vulnerabilities"]
    assert accepted["analysis"]["response"] == ["will_not_fix"]
    assert "Not reachable." in accepted["analysis"]["detail"]


def test_what_was_not_assessed_is_not_shown_as_free_of_vulnerabilities() -> None:
    bom, _ = both(scanned(Inventory()))
    told = {one["name"]: one["value"] for one in bom["metadata"]["properties"]}
    assert told["fusion:vulnerabilities"].startswith("not_assessed")


def test_the_schemas_would_notice() -> None:
    bom, document = both(scanned(mixed()))
    bom["components"][0]["type"] = "thing"
    document["packages"][0]["downloadLocation"] = 1
    assert list(cyclonedx_validator().iter_errors(bom))
    assert list(spdx_validator().iter_errors(document))


@pytest.mark.slow
def test_the_same_scan_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.unit.test_bills_of_materials import *; s = scanned(mixed(), results=(judged(mixed()),));"
        "print(hashlib.sha256(cyclonedx_form.render(s) + spdx.render(s)).hexdigest())"
    )
    run = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    ]
    assert run[0] == run[1] != ""


def test_a_lock_file_without_a_manifest_has_nothing_direct_and_is_a_bill_all_the_same() -> None:
    bom, _ = both(scanned(over({"yarn.lock": '# yarn lockfile v1\na@^1:\n  version "1.0.0"\n'})))
    assert [one["purl"] for one in bom["components"]] == ["pkg:npm/a@1.0.0"]
    assert sorted(one["ref"] for one in bom["dependencies"]) == ["pkg:npm/a@1.0.0", "scanned:o/r"]


COMPLETE = {"package.json": '{"dependencies": {"a": "^1"}}', "package-lock.json": LOCKED_A}


@pytest.mark.parametrize(
    ("files", "aggregate", "why"),
    [
        (COMPLETE, "complete", "is complete, as far as"),
        ({"requirements.txt": f"a==1 --hash=sha256:{SHA}\n"}, "complete", "is complete, as far as"),
        (COMPLETE | {"setup.py": "setup(install_requires=f())"}, "incomplete", "setup.py: line 1 puts"),
        (COMPLETE | {"Podfile": ""}, "incomplete", "Podfile: There is no reader"),
        (COMPLETE | {"sub/package.json": COMPLETE["package.json"]}, "incomplete", "packages of sub/package.json need in turn."),
        ({"requirements.txt": "a==1\n"}, "incomplete", "packages of requirements.txt need in turn."),
        ({"README.md": ""}, "unknown", "No manifest or lock file was found."),
    ],
)
def test_whether_a_bill_is_whole_is_told(files: dict[str, str], aggregate: str, why: str) -> None:
    bom, document = both(scanned(over(files)))
    assert bom["compositions"] == [{"aggregate": aggregate, "assemblies": ["scanned:o/r"], "dependencies": ["scanned:o/r"]}]
    assert why in document["comment"]


def test_a_tree_that_is_not_known_whole_and_images_are_told() -> None:
    bom, document = both(
        scanned(
            take(
                Tree(commit="c", files=(TreeFile(path="Dockerfile", size=7),), cut="too many files."),
                {"Dockerfile": b"FROM a\n"},
            )
        )
    )
    assert [one["aggregate"] for one in bom["compositions"]] == ["incomplete", "unknown"]
    assert bom["compositions"][1]["assemblies"] == ["pkg:docker/a"]
    assert "The tree: Not all files are known: too many files." in document["comment"]


@pytest.mark.parametrize(
    ("entry", "purls"),
    [
        ("a", ["pkg:pypi/a@1.0"]),
        ("A>=1", ["pkg:pypi/a@1.0"]),
        ("a>=2", ["pkg:pypi/a", "pkg:pypi/a@1.0"]),
    ],
)
def test_a_package_stands_once_where_a_lock_file_has_it(entry: str, purls: list[str]) -> None:
    lock = f'[[package]]\nname = "a"\nversion = "1.0"\nfiles = [{{file = "a", hash = "sha256:{SHA}"}}]\n'
    bom, document = both(scanned(over({"poetry.lock": lock, "sub/requirements.txt": f"{entry}\n"})))
    assert sorted(one["purl"] for one in bom["components"]) == purls
    assert [one["externalRefs"][0]["referenceLocator"] for one in document["packages"][1:]] == purls
    places = [place["location"] for one in bom["components"] for place in one["evidence"]["occurrences"]]
    assert sorted(places) == ["poetry.lock", "sub/requirements.txt"]
    # It is asked for directly, whichever file says so.
    assert {one["ref"]: one.get("dependsOn", []) for one in bom["dependencies"]}["scanned:o/r"] == [purls[0]]
