"""npm's installers: versions that are set for everybody make no lock file stale, and registries are told with their line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fusion.check import Subject
from fusion.checks.packages.dependency_sources import DependencySources
from fusion.checks.packages.lock_files import LockFiles
from fusion.checks.packages.pinned_dependencies import PinnedDependencies
from fusion.inventory.npm import overridden
from fusion.model.compliance import CheckResult, Status
from fusion.model.inventory import Inventory, Tree, TreeFile
from fusion.model.posture import Unknown
from tests.fakes.subjects import NOW
from tests.unit.test_inventory_formats import over

YARN = '# yarn lockfile v1\na@2.0.0:\n  version "2.0.0"\n  integrity sha512-AAAAAAAAAAAAAAAAAAAAAAAA\n'
BERRY = '__metadata:\n  version: 8\n\n"a@npm:2.0.0":\n  version: 2.0.0\n  resolution: "a@npm:2.0.0"\n  checksum: 10/abc\n'
PNPM = (
    "lockfileVersion: '9.0'\noverrides:\n  a: 2.0.0\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: 2.0.0\n"
    "        version: 2.0.0\npackages:\n  a@2.0.0:\n    resolution: {integrity: sha512-AAAAAAAAAAAAAAAAAAAAAAAA}\n"
)
NPM = json.dumps(
    {
        "packages": {
            "": {"workspaces": ["w"]},
            "w": {"dependencies": {"a": "1.0.0"}},
            "node_modules/a": {"version": "2.0.0", "integrity": "sha512-AAAAAAAAAAAAAAAAAAAAAAAA"},
        }
    }
)


def package(asked: dict[str, str] | None = None, **more: Any) -> str:
    return json.dumps({"dependencies": {"a": "^1.0.0"} if asked is None else asked, **more})


def assessed(check: LockFiles | PinnedDependencies | DependencySources, inventory: Inventory) -> CheckResult:
    tree = Tree(commit="c", files=(TreeFile(path="x", size=1),))
    return check.assess(Subject(repository="o/r", posture=Unknown(why="None."), inventory=inventory, tree=tree, now=NOW))


SET = {
    "yarn 1": {"package.json": package(resolutions={"**/a": "2.0.0"}), "yarn.lock": YARN},
    "yarn 1, exact": {"package.json": package({"a": "1.0.0"}, resolutions={"a": "2.0.0"}), "yarn.lock": YARN},
    "yarn": {"package.json": package(resolutions={"a@npm:^1.0.0": "2.0.0"}), "yarn.lock": BERRY},
    "pnpm": {"package.json": package(), "pnpm-lock.yaml": PNPM},
    "npm": {
        "package.json": package({}, overrides={"b": {"a": "2.0.0"}}),
        "w/package.json": package({"a": "1.0.0"}),
        "package-lock.json": NPM,
    },
}


@pytest.mark.parametrize("tool", SET)
def test_a_version_that_is_set_for_everybody_makes_no_lock_file_stale(tool: str) -> None:
    known = over(SET[tool])
    [one] = [one for one in known.components if one.direct]
    assert (one.version, one.pinned, one.hashed, one.stale) == ("2.0.0", True, True, "")
    assert assessed(LockFiles(), known).status is Status.PASSED


def test_what_is_put_in_its_place_is_not_missed_and_what_was_never_locked_is() -> None:
    aliased = over({"package.json": package(resolutions={"a": "npm:b@1.0.0"}), "yarn.lock": YARN.replace("a@", "b@")})
    assert assessed(PinnedDependencies(), aliased).status is Status.PASSED
    forgotten = over({"package.json": package({"c": "^1"}, resolutions={"c": "1.2.0"}), "yarn.lock": YARN})
    assert "does not name c" in assessed(LockFiles(), forgotten).deviations[0].title
    other = over({"package.json": package(resolutions={"z": "1.0.0"}), "yarn.lock": YARN})
    assert "does not name a." in assessed(LockFiles(), other).deviations[0].title


def test_selectors() -> None:
    found = overridden(
        json.dumps(
            {
                "overrides": {"a@^1": "1", "b": {".": "2", "@s/c": "3"}, "d": {"e": {"f": "4"}}, "n": 1},
                "resolutions": {"x/**/@s/y": "5", "z@npm:^1": "6"},
                "pnpm": {"overrides": {"p@1>@s/q@2": "7", "": "8"}},
            }
        )
    )
    assert found == {"a": "1", "b": "2", "@s/c": "3", "f": "4", "@s/y": "5", "z": "6", "@s/q": "7"}


OWN = "https://" + ".".join(("registry", "npmjs", "org")) + "/"
REGISTRIES = {
    "own": (".npmrc", f"registry={OWN}\n//a.example/:_authToken=${{TOKEN}}\nsave-exact = true\n", Status.NOT_APPLICABLE, []),
    "a scope's": (".npmrc", "@s:registry = https://a.example\n", Status.NOT_APPLICABLE, []),
    "another": (
        ".npmrc",
        "; why\n registry = 'https://u:pw@a.example/npm/'\n",
        Status.FAILED,
        ["index https://a.example/npm/."],
    ),
    "plain": ("w/.npmrc", "@s:registry=http://a.example\n", Status.FAILED, ["http://a.example, without encryption"]),
    "unchecked": (".npmrc", "strict-ssl=false\n", Status.FAILED, ["any registry without its certificate"]),
    "yarn 1": (".yarnrc", '"@s:registry" "http://a.example"\nregistry "http://b.example"\n', Status.FAILED, ["b.ex", "a.ex"]),
    "yarn": (
        ".yarnrc.yml",
        "npmScopes: {s: {npmRegistryServer: 'http://a.example'}}\nnpmRegistryServer: https://b.ex\nenableStrictSsl: false\n",
        Status.FAILED,
        ["b.ex", "a.example, without", "any registry"],
    ),
    "a variable": (".npmrc", "registry=${REGISTRY}\n", Status.NOT_ASSESSED, []),
    "broken": (".yarnrc.yml", "npmScopes: [\n", Status.NOT_ASSESSED, []),
}


@pytest.mark.parametrize("case", REGISTRIES)
def test_registries(case: str) -> None:
    path, text, status, titles = REGISTRIES[case]
    result = assessed(DependencySources(), over({path: text}))
    assert result.status is status, result.reason
    assert len(result.deviations) == len(titles)
    assert all(any(title in one.title for one in result.deviations) for title in titles), result.deviations
    assert "pw" not in str(result.model_dump())


@pytest.mark.parametrize("broken", [("pip.conf", "broken\n"), (".yarnrc.yml", "a: ["), ("uv.toml", "[")])
def test_settings_that_cannot_be_read_leave_only_sources_open(broken: tuple[str, str]) -> None:
    known = over({**SET["pnpm"], broken[0]: broken[1]})
    assert assessed(DependencySources(), known).status is Status.NOT_ASSESSED
    assert [assessed(check, known).status for check in (LockFiles(), PinnedDependencies())] == [Status.PASSED] * 2
