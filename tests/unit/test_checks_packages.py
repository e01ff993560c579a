"""Checks over what a tree is built from: what fails, what cannot be said, and what is said of licences and advisories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.check import Check, Subject
from fusion.checks.installing import loose
from fusion.checks.registry import builtin
from fusion.inventory.licences import Standing, judge, readable
from fusion.inventory.pip_options import OWN_HOST
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Status
from fusion.model.inventory import Component, Inventory, Tree, TreeFile
from fusion.model.posture import Unknown
from fusion.policy import Policy
from fusion.policy.rules import Scans
from fusion.ports.compliance import Advisory, Mirror
from tests.unit.test_inventory_formats import COMMIT, LOCKED_A, SHA, over

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CHECKS: dict[str, Check] = {check.about.id: check for check in builtin() if ".packages." in type(check).__module__}
TREE = Tree(commit="c", files=(TreeFile(path="x", size=1),))
MIRROR = Mirror(where="/osv", at=NOW, ecosystems=frozenset({"npm", "pypi", "golang", "github"}), dates={"npm": NOW})


def assessed(check: str, inventory: Inventory, **more: Any) -> CheckResult:
    fields: dict[str, Any] = {"tree": TREE, "mirror": MIRROR, "now": NOW} | more
    return CHECKS[check].assess(Subject(repository="o/r", posture=Unknown(why="None."), inventory=inventory, **fields))


def workflow(ref: str) -> dict[str, str]:
    return {".github/workflows/ci.yml": f"on: push\njobs:\n  a:\n    steps:\n      - uses: o/a@{ref}\n"}


NPM = '{"dependencies": {"a": "^1"}}'
LATER = {"package.json": NPM.replace("^1", "^2")}
PINNED = f"django==4.2.1 --hash=sha256:{SHA}\n"
GIT = "a @ git+https://example.org/a.git"


@pytest.mark.parametrize(
    ("check", "files", "status", "titles"),
    [
        ("pinned-actions", workflow("v1"), Status.FAILED, ["The action o/a is taken as `v1`"]),
        ("pinned-actions", workflow(COMMIT), Status.PASSED, []),
        ("pinned-actions", {"requirements.txt": PINNED}, Status.NOT_APPLICABLE, []),
        ("pinned-actions", {".github/workflows/ci.yml": "- a\n"}, Status.NOT_ASSESSED, []),
        ("container-image-pins", {"Dockerfile": "FROM python:3\n"}, Status.FAILED, ["The image python:3 has no digest."]),
        ("container-image-pins", {"Dockerfile": f"FROM python:3@sha256:{SHA}\n"}, Status.PASSED, []),
        ("container-image-pins", {"tests/samples/Dockerfile": "FROM python:3\n"}, Status.NOT_APPLICABLE, []),
        ("pinned-dependencies", {"package.json": NPM}, Status.FAILED, ["a may be installed in any version that fits `^1`."]),
        ("pinned-dependencies", {"package.json": NPM, "package-lock.json": LOCKED_A}, Status.PASSED, []),
        ("pinned-dependencies", {"requirements.txt": "a==1.0\nb==2.*\n"}, Status.FAILED, ["b may be installed"]),
        ("pinned-dependencies", {"requirements.txt": PINNED, "pom.xml": "<broken"}, Status.NOT_ASSESSED, []),
        ("lock-files", {"package.json": NPM}, Status.FAILED, ["package.json has no lock file."]),
        ("lock-files", {"requirements.txt": PINNED}, Status.PASSED, []),
        ("lock-files", {"package.json": NPM, "package-lock.json": LOCKED_A}, Status.FAILED, ["holds no hash for 1"]),
        ("lock-files", LATER | {"package-lock.json": LOCKED_A}, Status.FAILED, ["written for ^1", "no hash"]),
        ("lock-files", {"requirements.txt": f"{PINNED}b==2\n    # via django\nc==3\n    # via django\n"}, Status.FAILED,
         ["requirements.txt has no lock file, and 2 of its 3 entries are not fixed by a hash."]),
        ("lock-files", {"requirements.txt": f"{PINNED}b @ https://example.org/b.zip\n"}, Status.FAILED, ["1 of its 2 entries"]),
        ("lock-files", {"requirements.txt": "b\nc\n", "constraints.txt": f"b==2 --hash=sha256:{SHA}\n"}, Status.FAILED,
         ["has a lock file that does not name everything, and 1 of its 2 entries"]),
        ("lock-files", {"requirements.txt": "b\n", "constraints.txt": f"b==2 --hash=sha256:{SHA}\n"}, Status.PASSED, []),
        ("lock-files", {"requirements.in": "b; os_name == 'nt'\n", "requirements.txt": ""}, Status.PASSED, []),
        ("lock-files", {"requirements.in": "b\n", "requirements.txt": ""}, Status.FAILED, ["does not name b"]),
        ("pinned-dependencies", {"requirements.in": "b; os_name == 'nt'\n", "requirements.txt": ""}, Status.PASSED, []),
        ("lock-files", {"pom.xml": "<project/>"}, Status.NOT_APPLICABLE, []),
        ("dependency-list", {"requirements.txt": PINNED}, Status.PASSED, []),
        ("dependency-list", {}, Status.NOT_ASSESSED, []),
        ("dependency-list", {"setup.py": ""}, Status.NOT_ASSESSED, []),
        ("dependency-list", {"setup.py": "setup(install_requires=['a'])\n"}, Status.PASSED, []),
        ("dependency-list", {"setup.py": "setup(install_requires=['a', f()])\n"}, Status.NOT_ASSESSED, []),
        ("dependency-list", {"setup.py": "", "pyproject.toml": '[project]\ndependencies = ["a"]\n'}, Status.PASSED, []),
        ("dependency-list", {"requirements.txt": f"{PINNED}!!bad line!!\n"}, Status.NOT_ASSESSED, []),
        ("dependency-sources", {"requirements.txt": f"{PINNED}!!bad line!!\n"}, Status.NOT_ASSESSED, []),
        ("dependency-sources", {"package.json": '{"dependencies": {"a": "1.0.0", "b": 7}}'}, Status.NOT_ASSESSED, []),
        ("dependency-sources", {"requirements.txt": PINNED}, Status.PASSED, []),
        ("dependency-sources", {"requirements.txt": f"{GIT}@{COMMIT}\n"}, Status.PASSED, []),
        ("dependency-sources", {"requirements.txt": f"{GIT}@main\n"}, Status.FAILED, ["is not fixed by a commit."]),
        ("dependency-sources", {"requirements.txt": "a @ http://example.org/a.zip\n"}, Status.FAILED, ["without encryption"]),
    ],
)  # fmt: skip
def test_what_a_check_says(check: str, files: dict[str, str], status: Status, titles: list[str]) -> None:
    result = assessed(check, over(files))
    assert (result.status, len(result.deviations)) == (status, len(titles)), result.reason
    for title in titles:
        assert any(title in one.title for one in result.deviations), [one.title for one in result.deviations]
    assert all(one.path and one.fingerprint for one in result.deviations)


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("--extra-index-url https://u:pw@evil.example/simple", ["also come from the index https://evil.example/simple."]),
        ("--extra-ind=https://evil.example/simple", ["also come from the index https://evil.example/simple."]),
        (f"--pre -i http://{OWN_HOST}/simple", [f"come from the index http://{OWN_HOST}/simple, without encryption."]),
        (f"--index-url https://{OWN_HOST}.evil.example/simple", [f"come from the index https://{OWN_HOST}.evil"]),
        ("--index-url \\\n  https://evil.example", ["come from the index https://evil.example"]),
        ("--index-url $INDEX --trusted-host evil.example", ["come from the index $INDEX", "without its certificate"]),
        ("-f ./wheels", ["the files at ./wheels"]),
        ("--find-links=http://evil.example", ["the files at http://evil.example, without encryption"]),
        ("./x.whl", ["The packed file ./x.whl"]),
        ("x-1.0-py3-none-any.whl ; python_version > '3'", ["The packed file x-1.0-py3-none-any.whl"]),
        (f"./x.whl --hash=sha256:{SHA}", []),
        (f"--index-url https://{OWN_HOST}/simple/", []),
        ("--pre --require-hashes", []),
    ],
)
def test_options_that_change_where_packages_come_from(line: str, titles: list[str]) -> None:
    for path in ("requirements.txt", "constraints.txt"):
        result = assessed("dependency-sources", over({path: f"{PINNED}{line}\n"}))
        assert result.status is (Status.FAILED if titles else Status.PASSED), result.reason
        assert all(any(title in one.title for one in result.deviations) for title in titles), result.deviations
        assert "pw@" not in str(result.model_dump())
    assert assessed("dependency-sources", over({"requirements.txt": "${HIDDEN}==1.0\n"})).status is Status.NOT_ASSESSED


INDEXES = {
    "uv": (
        "pyproject.toml",
        '[tool.uv]\nextra-index-url = ["https://u:pw@evil.example"]\n[[tool.uv.index]]\nurl = "https://first.example"\n'
        'default = true\n[[tool.uv.index]]\nname = "x"\nurl = "https://named.example"\nexplicit = true\n',
        [("also come from the index https://evil.example.", 2), ("come from the index https://first.example.", 4)],
    ),
    "uv's own file": (
        "uv.toml",
        'index-url = "http://evil.example"\n',
        [("the index http://evil.example, without encryption", 1)],
    ),
    "Poetry": (
        "pyproject.toml",
        '[[tool.poetry.source]]\nurl = "https://a.example"\npriority = "supplemental"\n[[tool.poetry.source]]\n'
        'url = "https://b.example"\npriority = "explicit"\n[[tool.poetry.source]]\nurl = "http://c.example"\n'
        'priority = "explicit"\n[[tool.poetry.source]]\nname = "own"\n',
        [("also come from the index https://a.example.", 2), ("from the index http://c.example, without encryption", 8)],
    ),
    "Pipenv": (
        "Pipfile",
        f'[[source]]\nurl = "https://{OWN_HOST}/simple"\n[[source]]\nurl = "https://b.example"\nverify_ssl = false\n',
        [("from b.example without its certificate", 4)],
    ),
    "pip": (
        "deploy/pip.conf",
        "[global]\nextra-index-url =\n  https://a.example\n  https://b.example\n[install]\ntrusted_host: c.example\n",
        [("the index https://a.example.", 3), ("the index https://b.example.", 4), ("c.example without its", 6)],
    ),
}


@pytest.mark.parametrize("tool", INDEXES)
def test_indexes_of_other_installers(tool: str) -> None:
    path, text, wanted = INDEXES[tool]
    result = assessed("dependency-sources", over({path: text}))
    found = sorted((one.line, one.title) for one in result.deviations)
    assert len(found) == len(wanted), found
    for (title, line), (at, told) in zip(wanted, found, strict=True):
        assert (at, title in told) == (line, True), told
    assert "pw@" not in str(result.model_dump())


def test_settings_of_installers_are_no_list_of_packages() -> None:
    for text in ("[global]\nindex-url = https://a.example\n", "broken\n"):
        found = over({"pip.conf": text})
        assert found.read == ()
        assert assessed("dependency-list", found).status is Status.NOT_ASSESSED


def test_a_deviation_stays_the_same_where_lines_move() -> None:
    first = assessed("pinned-dependencies", over({"requirements.txt": "a\n"})).deviations
    later = assessed("pinned-dependencies", over({"requirements.txt": "# more\n\na\n"})).deviations
    assert [one.fingerprint for one in first] == [one.fingerprint for one in later]
    assert first[0].line != later[0].line


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_green_of_a_tree_that_is_not_known_whole(check: str) -> None:
    cut = TREE.model_copy(update={"cut": "it holds more files than the forge lists."})
    policy = Policy(scans=Scans(licences_allow=("MIT",)))
    result = assessed(check, over({"requirements.txt": PINNED}), tree=cut, policy=policy)
    assert result.status is Status.NOT_ASSESSED
    assert assessed(check, Inventory(), tree=Tree(commit="c", files=())).status is Status.NOT_APPLICABLE


# --- licences


def npm(*licences: str) -> Inventory:
    found = (
        Component(
            purl=f"pkg:npm/p{n}@1.0.0", name=f"p{n}", version="1.0.0", ecosystem="npm", licence=text, path="package-lock.json"
        )
        for n, text in enumerate(licences)
    )
    return Inventory(components=tuple(found), read=("package-lock.json",))


@pytest.mark.parametrize(
    ("licences", "scans", "status", "deviations"),
    [
        (("MIT",), {}, Status.NOT_ASSESSED, 0),
        (("MIT", "Apache-2.0"), {"licences_allow": ("MIT", "Apache-*")}, Status.PASSED, 0),
        (("MIT", "GPL-3.0"), {"licences_deny": ("GPL-*",)}, Status.FAILED, 1),
        (("MIT", ""), {"licences_deny": ("GPL-*",)}, Status.NOT_ASSESSED, 0),
        (("MIT", "", "Custom"), {"licences_deny": ("GPL-*",), "licences_unknown": "fail"}, Status.FAILED, 2),
        (("MIT",), {"licences_allow": ("Nonsense licence",)}, Status.NOT_ASSESSED, 0),
    ],
)
def test_licences_of_dependencies(licences: tuple[str, ...], scans: dict[str, Any], status: Status, deviations: int) -> None:
    result = assessed("dependency-licences", npm(*licences), policy=Policy(scans=Scans(**scans)))
    assert (result.status, len(result.deviations)) == (status, deviations), result.reason


@pytest.mark.parametrize(
    ("licence", "allow", "deny", "standing"),
    [
        ("MIT OR GPL-3.0-only", ("MIT",), ("GPL-*",), Standing.FITS),
        ("MIT AND GPL-3.0-only", ("MIT",), ("GPL-*",), Standing.DENIED),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", ("MIT",), ("GPL-*",), Standing.NOT_ALLOWED),
        ("LGPL-2.1-only", (), ("GPL-*",), Standing.FITS),
        ("GPL-3.0+", (), ("GPL-3.0-or-later",), Standing.DENIED),
        ("GPL-2.0", (), ("GPL-2.0-only",), Standing.DENIED),
        ("Apache-2.0+", ("Apache-2.0",), (), Standing.FITS),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ("MIT",), ("GPL-*",), Standing.DENIED),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            ("GPL-2.0-only WITH Classpath-exception-2.0",),
            ("GPL-*",),
            Standing.FITS,
        ),
        ("mit", ("MIT OR ISC",), (), Standing.FITS),
        ("LicenseRef-Ours", ("LicenseRef-*",), (), Standing.FITS),
        ("", ("MIT",), (), Standing.UNKNOWN),
        ("MIT OR", ("MIT",), (), Standing.UNREADABLE),
        ("BSD", ("BSD-*",), (), Standing.UNREADABLE),
        ("(" * 900, ("MIT",), (), Standing.UNREADABLE),
        ("SEE LICENSE IN x", ("MIT",), (), Standing.UNREADABLE),
        ("A" * 100_000, ("MIT",), (), Standing.UNREADABLE),
        ("(" * 400 + "MIT" + ")" * 400, ("MIT",), (), Standing.FITS),
        ("()", ("MIT",), (), Standing.UNREADABLE),
        ("(AND MIT LicenseRef-x :", ("MIT",), (), Standing.UNREADABLE),
        ("NoSuch-1.0", (), ("GPL-*",), Standing.UNREADABLE),
        ("LicenseRef-", ("LicenseRef-*",), (), Standing.UNREADABLE),
        ("MIT WITH MIT", ("MIT",), (), Standing.UNREADABLE),
        ("Classpath-exception-2.0", (), ("GPL-*",), Standing.UNREADABLE),
        # What a licence of somebody's own says nobody knows, so that it is not shown as fine.
        ("LicenseRef-x", (), ("GPL-*",), Standing.UNKNOWN),
        ("LicenseRef-x", ("MIT",), (), Standing.NOT_ALLOWED),
        ("LicenseRef-x", (), ("LicenseRef-X",), Standing.DENIED),
        ("LicenseRef-x AND GPL-3.0-only", (), ("GPL-*",), Standing.DENIED),
        ("LicenseRef-x OR GPL-3.0-only", (), ("GPL-*",), Standing.UNKNOWN),
        ("LicenseRef-x OR MIT", (), ("GPL-*",), Standing.FITS),
    ],
)
def test_expressions_against_policy(licence: str, allow: tuple[str, ...], deny: tuple[str, ...], standing: Standing) -> None:
    assert judge(licence, allow=allow, deny=deny).standing is standing


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("MIT AND ISC", "joins licences with AND"),
        ("Nonsense", "SPDX knows no Nonsense"),
        ("MIT OR", "no SPDX expression"),
        ("(((", "no SPDX expression"),
        ("()", "do not fit together"),
        ("A" * 100_000, "too long"),
        ("(" * 400, "no SPDX expression"),
        # A family with a slip of the pen would deny nothing, and nobody would see it.
        ("APGL-*", "about no licence"),
        ("(((*", "about no licence"),
        ("GPL-2.0-only WITH Nonsense*", "about no licence"),
    ],
)
def test_a_policy_that_cannot_be_read_is_no_policy(pattern: str, why: str) -> None:
    for scans in (Scans(licences_allow=(pattern,)), Scans(licences_deny=(pattern,))):
        result = assessed("dependency-licences", npm("MIT"), policy=Policy(scans=scans))
        assert result.status is Status.NOT_ASSESSED
        assert why in result.reason
        assert result.reason.endswith("Mend the policy.")
        assert len(result.reason) < 400


def test_patterns_of_families_and_the_form_of_expressions() -> None:
    for family in ("gpl-*", "LicenseRef-ours-*", "GPL-2.0-only WITH *", "*"):
        assert judge("AGPL-3.0-only", allow=("AGPL-3.0-only", family), deny=()).standing is Standing.FITS
    assert (readable("gpl-2.0+"), readable("BSD"), readable("()")) == ("GPL-2.0-or-later", "", "")


@given(st.lists(st.sampled_from(["MIT", " OR ", " AND ", " WITH ", "(", ")", "+", " ", "LicenseRef-x", ":", "*", "\x00"])))
def test_no_text_makes_the_parser_fall(parts: list[str]) -> None:
    assert judge("".join(parts), allow=("MIT",), deny=()).why


# --- vulnerabilities


BAD = Advisory(id="GHSA-1", aliases=("CVE-1",), summary="Bad.", severity="CRITICAL", fixed=("1.0.1",))


def looked_up(files: dict[str, str], *, mirror: Mirror | Unknown = MIRROR, **found: Advisory) -> CheckResult:
    return assessed("vulnerabilities", over(files), mirror=mirror, advisories={"pkg:npm/a@1.0.0": list(found.values())})


LOCKED = {"package.json": NPM, "package-lock.json": LOCKED_A}


def test_each_advisory_is_a_deviation_where_it_can_be_mended() -> None:
    result = looked_up(LOCKED, one=BAD)
    [one] = result.deviations
    assert (one.path, one.line, one.component, one.severity) == ("package.json", 1, "pkg:npm/a@1.0.0", Severity.CRITICAL)
    assert one.title == "a 1.0.0 has GHSA-1, mended in 1.0.1."
    assert (one.evidence[0].tool, one.evidence[0].rule) == ("osv", "GHSA-1")
    assert looked_up(LOCKED).status is Status.PASSED


@pytest.mark.parametrize(
    ("mirror", "status", "said"),
    [
        (Unknown(why="No mirror is configured."), Status.NOT_ASSESSED, "No mirror is configured."),
        (Mirror(where="/osv", at=NOW, ecosystems=frozenset({"pypi"})), Status.NOT_ASSESSED, "does not cover npm"),
        (Mirror(where="/osv", at=None, ecosystems=frozenset({"npm"})), Status.NOT_ASSESSED, "unknown age"),
        (
            Mirror(where="/osv", at=NOW - timedelta(days=31), ecosystems=frozenset({"npm"})),
            Status.NOT_ASSESSED,
            "older than 30",
        ),
        (Mirror(where="/osv", at=NOW - timedelta(days=29), ecosystems=frozenset({"npm"})), Status.PASSED, "more than 7 days"),
        (Mirror(where="/osv", at=NOW - timedelta(days=6), ecosystems=frozenset({"npm"})), Status.PASSED, "No advisory"),
        (
            Mirror(where="/osv", at=NOW, ecosystems=frozenset({"npm"}), dates={"npm": NOW - timedelta(days=40)}),
            Status.NOT_ASSESSED,
            "older than 30",
        ),
    ],
)
def test_a_copy_that_shows_nothing_is_never_clean(mirror: Mirror | Unknown, status: Status, said: str) -> None:
    result = looked_up(LOCKED, mirror=mirror)
    assert result.status is status
    assert said in result.reason


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"package.json": NPM}, "without an exact version, such as a"),
        (LOCKED | {"Podfile": ""}, "Not read: Podfile"),
        (LOCKED | {"pom.xml": "<broken"}, "Not read: pom.xml"),
        (LOCKED | {"Cargo.toml": '[dependencies]\na = "=1.0.0"\n'}, "does not cover cargo"),
    ],
)
def test_what_was_not_looked_up_is_never_clean(files: dict[str, str], said: str) -> None:
    result = looked_up(files)
    assert result.status is Status.NOT_ASSESSED
    assert said in result.reason
    assert looked_up(files, one=BAD).status is (Status.FAILED if "package-lock.json" in files else Status.NOT_ASSESSED)


def test_what_could_not_be_compared_and_what_was_withdrawn() -> None:
    doubt = Advisory(id="X", aliases=(), summary="", severity="", fixed=(), unsure="X could not be compared.")
    result = looked_up(LOCKED, one=doubt)
    assert (result.status, "could not be compared" in result.reason) == (Status.NOT_ASSESSED, True)
    gone = Advisory(id="X", aliases=(), summary="", severity="", fixed=(), withdrawn=True)
    assert looked_up(LOCKED, one=gone).status is Status.PASSED


def test_images_and_pinned_actions_are_counted_and_no_more() -> None:
    result = looked_up(LOCKED | workflow(COMMIT) | {"Dockerfile": "FROM a:1\n"})
    assert result.status is Status.PASSED
    assert "2 images and pinned actions cannot be looked up" in result.reason


# --- commands that install


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN pip install requests flask==3.0.0", ["requests"]),
        ("RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt .", []),
        ("python -m pip install --upgrade pip 'ruff>=0.1'", ["pip", "ruff>=0.1"]),
        ("pip install --require-hashes -r r.txt x", []),
        ("pip install -e '.[dev]' ./local dist/a.whl $PACKAGE", []),
        ("npm ci && npm install -g pnpm typescript@5.4.2", ["pnpm"]),
        ("npm install", []),
        ("npx --yes cowsay@1.5.0 hello", []),
        ("go install example.org/tool@latest", ["example.org/tool@latest"]),
        ("go install example.org/tool@v1.2.3", []),
        ("curl -sSf https://example.org/install | sudo sh", ["a download that goes into a shell"]),
        ("echo 'unclosed pip install x", ["x"]),
        ("pip install --no-cache-dir --only-binary :all: --no-binary ours -c limits.txt '.[azure]'", []),
        (
            "pip install --target /opt 'ours/gpu[azure]' 'x @ https://example.org/x.zip' 'y >= 2'",
            ["x @ https://example.org/x.zip", "y >= 2"],
        ),
        ("pip install --no-index --find-links /wheels ours && pip install --no-index -f http://example.org x", ["x"]),
        ("go install -tags netgo ./cmd/a example.org/tool example.org/b@main", ["example.org/b@main"]),
        ("npx -p typescript@5.4.2 -p x tsc; npx --no-install tsc", ["x"]),
        ("npm install -f left-pad --omit dev", ["left-pad"]),
    ],
)
def test_commands_that_install(line: str, found: list[str]) -> None:
    assert [one.what for one in loose(line)] == found


@pytest.mark.parametrize(
    ("path", "data", "status", "read"),
    [
        ("Dockerfile", b"RUN pip install a\n", Status.FAILED, True),
        ("Dockerfile", b"RUN pip install \\\n  # why\n  a==1 \\\n  b\n", Status.FAILED, True),
        ("Dockerfile", b"# pip install a\nRUN npm ci\n", Status.PASSED, True),
        ("Dockerfile", "RUN pip install a\n".encode("utf-16"), Status.NOT_ASSESSED, False),
        ("Dockerfile", b"RUN npm ci\n" * 30_000, Status.NOT_ASSESSED, False),
        ("Dockerfile", None, Status.NOT_ASSESSED, False),
        (".github/workflows/a.yml", b"on: push\n", Status.PASSED, True),
        (".github/workflows/a.yml", b"on: [push\n", Status.NOT_ASSESSED, False),
        (".github/workflows/a.yml", b"run: pip install a\n  x: [\n", Status.FAILED, False),
    ],
)
def test_files_with_commands_that_install(path: str, data: bytes | None, status: Status, read: bool) -> None:
    tree = Tree(commit="c", files=(TreeFile(path=path, size=9),))
    result = assessed("pinned-installs", Inventory(), tree=tree, contents={} if data is None else {path: data})
    assert (result.status, path in result.read) == (status, read), result.reason
    assert read or f"Not read: {path}" in result.reason


@pytest.mark.parametrize(
    ("command", "files", "status"),
    [
        ("pip install -c constraints.txt Ours_Lib[x]", {"constraints.txt": b"ours-lib==1\n"}, Status.PASSED),
        ("pip install -cconstraints.txt ours-lib", {"constraints.txt": b"other==1\n"}, Status.FAILED),
        ("pip install --constraint=/tmp/constraints.txt b", {"ci/constraints.txt": b"b==1\n"}, Status.PASSED),
        ("pip install -c constraints.txt b", {"constraints.txt": b"b>1\n", "ci/constraints.txt": b"b==1\n"}, Status.FAILED),
        ("pip install -c https://example.org/constraints.txt b", {"constraints.txt": b"b==1\n"}, Status.FAILED),
        ("pip install -c constraints.txt b", {"constraints.txt": None}, Status.NOT_ASSESSED),
        ("pip install b==1", {"constraints.txt": None}, Status.PASSED),
        ("pip install -c constraints.txt b  # of a change", {}, Status.NOT_ASSESSED),
    ],
)
def test_a_package_that_a_file_given_to_pip_fixes(command: str, files: dict[str, bytes | None], status: Status) -> None:
    known = {"Dockerfile": f"RUN {command}\n".encode(), **files}
    cut = "Only the change is known." if command.endswith("of a change") else ""
    tree = Tree(commit="c", files=tuple(TreeFile(path=path, size=9) for path in known), cut=cut)
    contents = {path: data for path, data in known.items() if data is not None}
    result = assessed("pinned-installs", Inventory(), tree=tree, contents=contents)
    assert result.status is status, result.reason
    assert not any("constraints" in path for path in result.read)
