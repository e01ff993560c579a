from __future__ import annotations

from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.secrets import Secrets
from fusion.evidence.collect import collect
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Blob, Change, ChangeKind, Confidence, Contents, FileChange, Outcome, Provenance, Severity
from fusion.policy import Policy
from tests.analyzer_trial import run

# Put together here, so that no scanner takes this file for a leak. None of these ever opened anything.
TOKEN = "gh" + "p_" + "a8Fk29xLmQ0pZr7TuV5wYb3NcD1eGh6JiKoS"
KEY_ID = "AK" + "IA" + "Q3EGRIO7XJ5Y2LMN"
PASSWORD = "correct-horse" + "-b4ttery"
BODY = "".join(f"MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgwMbRvI0MBZ{n:03d}\n" for n in range(8))
PRIVATE_KEY = "-----BEGIN RSA PRIVATE " + "KEY-----\n" + BODY + "-----END RSA PRIVATE " + "KEY-----\n"
SECRETS = (TOKEN, KEY_ID, PASSWORD, BODY.split("\n")[3])

PLANTED = f'# settings\ntoken = "{TOKEN}"\nregion = "eu"\nkey_id = "{KEY_ID}"\npassword = "{PASSWORD}"\n'.encode()
INNOCENT = b"""\
token = os.environ["TOKEN"]
password = getpass()
sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
key_id = "AKIAIOSFODNN7EXAMPLE"
password = "changeme"
"""


async def test_planted_secrets_are_found_at_their_lines() -> None:
    trial = await run(Secrets(), {"src/settings.py": PLANTED, "deploy/server.pem": PRIVATE_KEY.encode()})
    found = {(hit.location.path, hit.location.line, meaning.family) for hit, meaning in trial.hits}
    assert found == {
        ("src/settings.py", 2, "hardcoded-secret"),
        ("src/settings.py", 4, "hardcoded-secret"),
        ("src/settings.py", 5, "hardcoded-password"),
        ("deploy/server.pem", 1, "private-key"),
    }
    _, token = trial.one("github-pat")
    assert (token.severity, token.confidence, token.cwe) == (Severity.HIGH, Confidence.CERTAIN, (798,))
    assert trial.one("private-key")[1].severity is Severity.CRITICAL
    assert trial.one("generic-password")[1].confidence is Confidence.POSSIBLE


async def test_innocent_text_is_left_alone() -> None:
    trial = await run(Secrets(), {"src/settings.py": INNOCENT})
    assert [(hit.rule, hit.location.line) for hit, _ in trial.hits] == []
    assert not trial.unread


@pytest.mark.parametrize("secret", ["pass", "password", "my-secret", "<password>", "${PASSWORD}", "***"])
async def test_what_stands_for_a_password_is_none_in_prose_and_little_elsewhere(secret: str) -> None:
    address = f"https://user:{secret}@proxy.internal:8080/\n".encode()
    trial = await run(Secrets(), {"docs/use.md": b"Write `" + address + b"`.\n", "src/app.py": b"url = '" + address + b"'\n"})
    assert not trial.rules("docs/use.md")
    assert {(meaning.severity, meaning.confidence) for _, meaning in trial.hits} <= {(Severity.LOW, Confidence.POSSIBLE)}


async def test_a_real_password_in_an_address_counts_in_prose_too() -> None:
    trial = await run(Secrets(), {"docs/use.md": b"Write `https://user:hF7kq2Lw9x@proxy.internal:8080/`.\n"})
    assert trial.rules("docs/use.md")


@pytest.mark.parametrize(
    "text",
    [
        "*" * 44 + "\nA title\n" + "*" * 44 + "\n",
        "ts: false\njsx: false\nflow: false\n",
        "true\n  false\n  null\n",
        "########################\n",
        "日本語の文書です。\n",
    ],
)
async def test_a_file_is_read_whatever_it_begins_with(text: str) -> None:
    trial = await run(Secrets(), {"README.rst": text.encode(), ".taprc": text.encode()})
    assert not trial.unread


@pytest.mark.parametrize("text", ["{secret}", "# {secret}\n{secret}", "x = 1\n{secret}"])
async def test_no_mark_hides_a_password_at_either_end(text: str) -> None:
    secret = 'password = "hF7kq2Lw9x"'
    trial = await run(Secrets(), {"src/a.py": text.format(secret=secret).encode()})
    assert "generic-password" in trial.rules()


async def test_no_hit_carries_a_secret() -> None:
    trial = await run(Secrets(), {"src/settings.py": PLANTED, "deploy/server.pem": PRIVATE_KEY.encode()})
    said = "".join(hit.model_dump_json() for hit, _ in trial.hits)
    assert not [secret for secret in SECRETS if secret in said]
    assert "`ghp_…`, 40 characters" in trial.one("github-pat")[0].message


async def test_no_evidence_carries_a_secret() -> None:
    files = {
        "src/settings.py": PLANTED,
        "deploy/server.pem": PRIVATE_KEY.encode(),
        "src/both.py": (f'f("{TOKEN}", "{KEY_ID}")\n').encode(),
    }
    change = Change(
        repository="here",
        subject="branch:main",
        base="0" * 40,
        head="1" * 40,
        files=tuple(
            FileChange(path=path, kind=ChangeKind.ADDED, head=Blob(digest="sha256:" + "0" * 64, size=len(data)))
            for path, data in files.items()
        ),
        whole_tree=True,
    )
    report = await collect(
        Secrets(),
        change=change,
        contents=Contents(head=files),
        policy=Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )
    assert report.run.outcome is Outcome.OK
    assert len(report.evidence) == 6
    said = report.model_dump_json()
    assert not [secret for secret in SECRETS if secret in said]
    (token,) = [
        item for item in report.evidence if item.location == next(e.location for e in report.evidence if e.rule == "github-pat")
    ]
    assert token.snippet.count("*") >= 30


@pytest.mark.parametrize("whole_tree", [True, False])
async def test_of_a_whole_tree_every_text_is_looked_at(whole_tree: bool) -> None:
    passed_over = (
        "go.mod",
        "web/yarn.lock",
        "a.svg",
        "js/jquery.js",
        "js/app.min.js",
        "app.js.map",
        "env/lib/a.py",
        "tests/b.svg",
    )
    files = dict.fromkeys((*passed_over, "src/a.py"), f'token = "{TOKEN}"\n'.encode())
    change = Change(
        repository="here",
        subject="branch:main",
        base="0" * 40,
        head="1" * 40,
        files=tuple(
            FileChange(path=path, kind=ChangeKind.ADDED, head=Blob(digest="sha256:" + "0" * 64, size=len(data)))
            for path, data in files.items()
        ),
        whole_tree=whole_tree,
    )
    report = await collect(
        Secrets(),
        change=change,
        contents=Contents(head=files),
        policy=Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )
    told = {one.location.path: one.severity for one in report.evidence if one.rule == "github-pat"}
    if whole_tree:
        assert set(report.run.read) == told.keys() == files.keys()
        assert not report.run.unread
        assert {path for path, severity in told.items() if severity is Severity.LOW} == {"tests/b.svg"}
    else:
        assert set(report.run.read) == {"src/a.py"}


async def test_the_location_is_the_secret_itself() -> None:
    text = f'é = ("😀", "{TOKEN}")\n'
    for before in ("", "\r\n\r\n", "\ufeff"):
        trial = await run(Secrets(), {"src/a.py": (before + text).encode()})
        hit, _ = trial.one("github-pat")
        line = (before + text).split("\n")[hit.location.line - 1]
        assert hit.location.column is not None
        assert hit.location.end_column is not None
        assert line[hit.location.column - 1 : hit.location.end_column - 1] == TOKEN


@pytest.mark.parametrize("path", ["tests/test_a.py", "examples/a.py", "src/test_client.py"])
async def test_secrets_of_tests_and_examples_count_little(path: str) -> None:
    trial = await run(Secrets(), {path: PLANTED})
    assert {(meaning.severity, meaning.confidence) for _, meaning in trial.hits} == {(Severity.LOW, Confidence.POSSIBLE)}


async def test_what_the_scanner_passes_over_is_unread() -> None:
    files = {"env/lib/a.py": PLANTED, "src/a.py": PLANTED}
    trial = await run(Secrets(), files)
    assert trial.unread.keys() == {"env/lib/a.py"}
    assert "passes over" in trial.unread["env/lib/a.py"]
    assert "github-pat" in trial.rules("src/a.py")


async def test_any_text_is_read_whatever_its_name_and_bytes() -> None:
    line = f't = "{TOKEN}"\n'.encode()
    files = {
        "src/latin.txt": b"\xe9 " + line,
        "src/wide.txt": b"x = 1;" * 880_000 + line,
        "-dash": line,
        "src/a b'\"\n": line,
        ".env": line,
        "src/dos.ini": b"[a]\r\n" + line.replace(b"\n", b"\r\n"),
        "Dockerfile": b"ENV " + line,
    }
    trial = await run(Secrets(), files)
    assert not trial.unread
    assert {path for path, _ in trial.lines("github-pat")} == files.keys()


@pytest.mark.parametrize(
    ("path", "data", "wanted"),
    [
        ("src/a.py", b"x = '0123456789'", True),
        ("src/a.py", b"", False),
        ("src/a.py", b"x = 1", False),
        ("package-lock.json", b'{"lockfileVersion": 3}', False),
        ("logo.png", b"not really a picture", False),
        ("src/data.bin", b"\0" * 100, False),
    ],
)
def test_which_files_it_wants(path: str, data: bytes, wanted: bool) -> None:
    assert Secrets().wants(path, data) is wanted


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"garbage",
        b"[]",
        b'{"scan": {"state": "incomplete"}}',
        b'{"finding": {"location": {"path": "other.py"}}}',
        b'{"finding": {"location": {"path": "a.py"}, "rule_id": "x"}}',
    ],
)
def test_garbage_and_unfinished_scans_are_unreadable(stdout: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    job = Job(root=tmp_path, files=("a.py",), executable=Path("betterleaks"), rules=tmp_path)
    (command,) = Secrets().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Secrets().read(job, [output])


def test_it_never_asks_an_issuer(tmp_path: Path) -> None:
    (command,) = Secrets().commands(Job(root=tmp_path, files=("a",), executable=Path("betterleaks"), rules=tmp_path))
    assert not {"-v", "--validate", "-a", "--analyze"} & set(command.argv)
