from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Ready, Unreadable
from fusion.evidence.analyzers.checkov import Checkov
from fusion.evidence.catalogue import RULES, classify
from fusion.evidence.examine import rules_folder
from fusion.model import Outcome, Severity
from tests.analyzer_trial import run

SAMPLES = Path(__file__).parents[1] / "samples" / "analyzers_b" / "checkov"
FILES = ("main.tf", "innocent.tf", "broken.tf", "pod.yaml", "broken.yaml")
CONTENTS = {name: (SAMPLES / name).read_bytes() for name in FILES}


def recorded(files: tuple[str, ...] = FILES) -> tuple[Job, list[Output]]:
    """The output of Checkov 3.3.30 on the samples."""
    job = Job(root=SAMPLES, files=files, executable=Path("/bin/true"), rules=rules_folder(Checkov()))
    stdout = (SAMPLES / "output.json").read_bytes().replace(b"@ROOT@", str(SAMPLES).encode())
    return job, [answer(job, stdout)]


def answer(job: Job, stdout: bytes) -> Output:
    (command,) = Checkov().commands(job)
    return Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")


def test_recorded_defects_are_found_at_their_resources() -> None:
    job, outputs = recorded()
    found = {
        (hit.rule, hit.location.path, hit.location.line, hit.location.end_line): hit
        for hit in Checkov().read(job, outputs).hits
    }
    ssh = found["CKV_AWS_24", "main.tf", 1, 8]
    assert "aws_security_group_rule.ssh" in ssh.message
    meaning = classify("checkov", ssh)
    assert (meaning.family, meaning.severity, meaning.off) == ("open-network", Severity.HIGH, False)
    privileged = classify("checkov", found["CKV_K8S_16", "pod.yaml", 1, 10])
    assert (privileged.family, privileged.severity) == ("privileged-container", Severity.HIGH)
    on = [key for key, hit in found.items() if not classify("checkov", hit).off]
    assert not [key for key in on if key[1] == "innocent.tf"]


def test_what_checkov_did_not_parse_is_unread() -> None:
    job, outputs = recorded()
    unread = {item.path: item.reason for item in Checkov().read(job, outputs).unread}
    assert unread.keys() == {"broken.tf", "broken.yaml"}
    assert "cannot parse" in unread["broken.tf"]


def test_results_about_other_files_are_not_taken() -> None:
    job, outputs = recorded(("pod.yaml",))
    reading = Checkov().read(job, outputs)
    assert {hit.location.path for hit in reading.hits} == {"pod.yaml"}


def test_a_run_without_results_leaves_terraform_read_and_the_rest_unread() -> None:
    job, _ = recorded(("innocent.tf", "broken.yaml"))
    summary = b'{"passed": 0, "failed": 0, "resource_count": 0}'
    assert [item.path for item in Checkov().read(job, [answer(job, summary)]).unread] == ["broken.yaml"]


@pytest.mark.parametrize(
    "stdout",
    [b"", b"[1]", b"{}", b'{"results": 1}', b'{"results": {"parsing_errors": 1}}', b'{"results": {"parsing_errors": []}}'],
)
def test_garbage_is_unreadable(stdout: bytes) -> None:
    job, _ = recorded()
    with pytest.raises(Unreadable):
        Checkov().read(job, [answer(job, stdout)])


async def test_the_installed_checkov_agrees_with_the_record() -> None:
    ready = Checkov().locate()
    if not isinstance(ready, Ready):
        pytest.skip(ready.reason)
    trial = await run(Checkov(), CONTENTS, ready=ready)
    assert trial.lines("CKV_AWS_24") == [("main.tf", 1)]
    assert trial.lines("CKV_K8S_16") == [("pod.yaml", 1)]
    assert trial.unread.keys() == {"broken.tf", "broken.yaml"}


@pytest.mark.parametrize(
    ("path", "data", "wanted"),
    [
        ("main.tf", b"variable x {}", True),
        ("main.bicep", b"param x string", True),
        ("main.tf", b"\n", False),
        ("pod.yaml", b"apiVersion: v1\nkind: Pod\n", True),
        ("pod.json", b'{\n "apiVersion": "v1",\n "kind": "Pod"\n}', True),
        ("pod.yaml", b"kind: Pod\n", False),
        ("stack.yaml", b'AWSTemplateFormatVersion: "2010-09-09"\n', True),
        ("stack.template", b"Resources:\n  B:\n    Type: AWS::S3::Bucket\n", True),
        (
            "azure.json",
            b'{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}',
            True,
        ),
        ("compose.yaml", b"services:\n  a:\n    image: x\n", False),
        ("package.json", b'{"name": "x"}', False),
        ("notes.md", b"apiVersion: v1\nkind: Pod\n", False),
    ],
)
def test_wants_infrastructure_only(path: str, data: bytes, wanted: bool) -> None:
    assert Checkov().wants(path, data) is wanted


def test_nothing_is_loaded_or_downloaded() -> None:
    _, outputs = recorded()
    argv = outputs[0].command.argv
    assert argv[argv.index("--config-file") + 1] == str(rules_folder(Checkov()) / "checkov.yaml")
    assert argv[argv.index("--file") + 1 :] == FILES
    assert not {"--directory", "-d", "--external-checks-dir", "--external-checks-git"} & set(argv)
    assert not Checkov.parse_only


def test_every_check_has_a_family() -> None:
    table = tomllib.loads(RULES.joinpath("checkov.toml").read_text())
    families = tomllib.loads(RULES.joinpath("families.toml").read_text())
    assert {rule["family"] for rule in table["rules"].values()} <= families.keys()
