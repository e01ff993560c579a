from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.hadolint import Hadolint, instruction_end, spaced
from fusion.evidence.catalogue import RULES, classify
from fusion.evidence.source import Source
from fusion.model import Hit, Location, Outcome, Severity
from tests.analyzer_trial import run

PLANTED = b"""\
FROM debian:latest AS build
RUN apt-get update \\
    && apt-get install curl \\
    # a comment between
    && rm -rf "$TARGET/"*
ENV API_TOKEN=abc
FROM debian:12 AS build
EXPOSE 80000
CMD ["a"]
CMD ["b"]
USER root
"""
INNOCENT = b"""\
FROM debian:12 AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /src
RUN apt-get update \\
    && apt-get install -y --no-install-recommends curl \\
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN curl -fsS https://example.org/list | sort > /src/list
FROM debian:12
COPY --from=build /src/list /list
EXPOSE 8080
USER 1000
CMD ["cat", "/list"]
"""


async def test_planted_defects_are_found_over_their_instructions() -> None:
    trial = await run(Hadolint(), {"Dockerfile": PLANTED})
    assert trial.lines("DL3007") == [("Dockerfile", 1)]
    assert trial.lines("DL3064") == [("Dockerfile", 6)]
    assert trial.lines("DL3024") == [("Dockerfile", 7)]
    assert trial.lines("DL3011") == [("Dockerfile", 8)]
    assert trial.lines("DL4003") == [("Dockerfile", 10)]
    assert trial.lines("DL3002") == [("Dockerfile", 11)]
    for rule in ("DL3014", "SC2115"):
        hit, _ = trial.one(rule)
        assert (hit.location.line, hit.location.end_line) == (2, 5)


async def test_severities_are_those_of_our_table() -> None:
    trial = await run(Hadolint(), {"Dockerfile": PLANTED})
    assert trial.one("SC2115")[1].severity is Severity.HIGH
    assert trial.one("DL3002")[1].severity is Severity.MEDIUM
    assert trial.one("DL3002")[1].cwe == (250,)
    assert trial.one("DL3007")[1].severity is Severity.LOW
    assert not {"DL3008", "DL3009", "DL3015"} & trial.rules(), "pinning and image size are off"


async def test_innocent_twin_is_silent() -> None:
    trial = await run(Hadolint(), {"Dockerfile": INNOCENT})
    assert not trial.hits
    assert not trial.unread


def test_shell_codes_mean_what_they_mean_in_scripts() -> None:
    hadolint = tomllib.loads(RULES.joinpath("hadolint.toml").read_text())["rules"]
    shared = [code for code in hadolint if code.startswith("SC")]
    assert len(shared) > 150
    for code in shared:
        hit = Hit(rule=code, message="", location=Location(path="x", line=1, end_line=1))
        assert classify("hadolint", hit) == classify("shellcheck", hit)


async def test_what_does_not_parse_is_unread_and_hides_nothing_else() -> None:
    trial = await run(Hadolint(), {"a/Dockerfile": b"FROM a:1\nRUN [ x\nFOO bar\n", "Dockerfile": PLANTED})
    assert trial.unread.keys() == {"a/Dockerfile"}
    assert "line 3" in trial.unread["a/Dockerfile"]
    assert "DL3002" in trial.rules("Dockerfile")


async def test_a_command_that_does_not_parse_is_told_and_unread() -> None:
    trial = await run(Hadolint(), {"Dockerfile": b"FROM debian:12\nRUN if [ x; then\nUSER root\n"})
    assert trial.unread.keys() == {"Dockerfile"}
    assert trial.lines("SC1072") == [("Dockerfile", 2)]
    assert trial.lines("DL3002") == [("Dockerfile", 3)]


@pytest.mark.parametrize("shell", ["powershell", "cmd.exe", "/usr/bin/pwsh"])
async def test_a_comment_that_turns_the_shell_checks_off_leaves_the_file_unread(shell: str) -> None:
    trial = await run(Hadolint(), {"Dockerfile": b"FROM debian:12\n#  hadolint   shell = %s\nRUN rm $X\n" % shell.encode()})
    assert trial.unread.keys() == {"Dockerfile"}
    other = b"FROM debian:12\n# hadolint shell=bash\nRUN rm $X\n"
    assert not (await run(Hadolint(), {"Dockerfile": other})).unread


@pytest.mark.parametrize("change", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: b"\xef\xbb\xbf" + data])
async def test_line_ends_and_byte_order_marks_change_nothing(change) -> None:  # type: ignore[no-untyped-def]
    plain = await run(Hadolint(), {"Dockerfile": PLANTED})
    changed = await run(Hadolint(), {"Dockerfile": change(PLANTED)})
    assert {(hit.rule, hit.location) for hit, _ in plain.hits} == {(hit.rule, hit.location) for hit, _ in changed.hits}


async def test_bytes_that_are_not_utf8() -> None:
    trial = await run(Hadolint(), {"Dockerfile": b"FROM debian:12\nRUN echo \xff\xfe\nUSER root\n"})
    assert trial.lines("DL3002") == [("Dockerfile", 3)]


@pytest.mark.parametrize("name", ["-x.dockerfile", "we ird é.dockerfile", "new\nline.dockerfile", "Dockerfile.dev"])
async def test_odd_names(name: str) -> None:
    assert (await run(Hadolint(), {name: PLANTED})).lines("DL3002") == [(name, 11)]


async def test_a_long_line_is_read() -> None:
    trial = await run(Hadolint(), {"Dockerfile": b"FROM debian:12\nRUN echo " + b"a" * 300_000 + b"\nUSER root\n"})
    assert trial.lines("DL3002") == [("Dockerfile", 3)]


@pytest.mark.slow
async def test_five_megabytes_on_one_line() -> None:
    trial = await run(Hadolint(), {"Dockerfile": b"FROM debian:12\nLABEL a=" + b"a" * 5_000_000 + b"\nUSER root\n"})
    assert trial.lines("DL3002") == [("Dockerfile", 3)]


@pytest.mark.parametrize(
    ("text", "line", "end"),
    [
        ("RUN a", 1, 1),
        ("RUN a \\\n  b\nRUN c", 1, 2),
        ("RUN a \\\n# x\n\n  b\nRUN c", 1, 4),
        ("RUN a \\", 1, 1),
        ("RUN <<EOF\na\nEOF\nRUN b", 1, 3),
        ("RUN cat <<'A' <<-B\na\nA\nb\nB\nRUN c", 1, 5),
        ("RUN <<EOF\nnever closed", 1, 1),
        ("# escape=`\nRUN a `\n  b\nRUN c", 2, 3),
        ("RUN a", 9, 9),
    ],
)
def test_where_an_instruction_ends(text: str, line: int, end: int) -> None:
    assert instruction_end(Source("Dockerfile", text.encode()), line) == end


async def test_an_instruction_right_after_a_here_document_is_read_at_its_line() -> None:
    data = b'FROM debian:12\nRUN <<EOF\nrm -rf "$X/"*\nEOF\nRUN <<EOF\nrm -rf "$Y/"*\nEOF\nUSER root\n'
    trial = await run(Hadolint(), {"Dockerfile": data, "b/Dockerfile": PLANTED})
    assert not trial.unread
    assert {(hit.location.line, hit.location.end_line) for hit, _ in trial.hits if hit.rule == "SC2115"} == {
        (2, 4),
        (5, 7),
        (2, 5),
    }
    assert trial.lines("DL3002") == [("Dockerfile", 8), ("b/Dockerfile", 11)]


@pytest.mark.parametrize(
    ("text", "expected", "added"),
    [
        (b"RUN <<EOF\na\nEOF\nRUN b\n", b"RUN <<EOF\na\nEOF\n\nRUN b\n", (4,)),
        (b"COPY <<A <<B /x\na\nA\nb\nB\nRUN c", b"COPY <<A <<B /x\na\nA\nb\nB\n\nRUN c", (6,)),
        (b"RUN <<EOF\na\nEOF\n\nRUN b\n", b"RUN <<EOF\na\nEOF\n\nRUN b\n", ()),
        (b"RUN <<EOF\nnever closed\nRUN b\n", b"RUN <<EOF\nnever closed\nRUN b\n", ()),
        (b"# RUN <<EOF\nEOF\nRUN b\n", b"# RUN <<EOF\nEOF\nRUN b\n", ()),
        (b"", b"", ()),
    ],
)
def test_spacing(text: bytes, expected: bytes, added: tuple[int, ...]) -> None:
    assert spaced(text) == (expected, added)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("Dockerfile", True),
        ("sub/dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.prod", True),
        ("web.Dockerfile", True),
        ("Dockerfile.md", False),
        ("Dockerfile.j2", False),
        ("Dockerfile.dockerignore", False),
        ("docker-compose.yml", False),
        ("dockerfiles/readme", False),
    ],
)
def test_wants(path: str, wanted: bool) -> None:
    assert Hadolint().wants(path, b"FROM debian:12\n") is wanted
    assert not Hadolint().wants(path, b" \n")


@pytest.mark.parametrize("stdout", [b"", b"nonsense", b"{}", b"[1]", b'[{"file": "Dockerfile"}]', b'[{"file": "/etc/x"}]'])
def test_garbage_is_unreadable(tmp_path: Path, stdout: bytes) -> None:
    (tmp_path / "Dockerfile").write_bytes(PLANTED)
    job = Job(root=tmp_path, files=("Dockerfile",), executable=Path("/bin/true"), rules=tmp_path)
    (command,) = Hadolint().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Hadolint().read(job, [output])
