"""`fusion evidence` as people use it: seal, export, and verify on a machine that has the files and the public key alone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from fusion import runtime, settings
from fusion.attesting.seal import seal
from fusion.runtime.attesting import ledger
from tests.fakes.commandline import Workplace, one_sentence
from tests.fakes.keyvault import KeyVault
from tests.fakes.scripted_http import listening


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    (tmp_path / "elsewhere").mkdir()
    return Workplace(folder=tmp_path / "elsewhere", home=tmp_path / "home")


def sealed(place: Workplace, number: int, **more: str) -> None:
    """Scans of two repositories, the last of each anchored, as an orchestration seals them."""

    async def work() -> None:
        read = settings.read(place.env(**more))
        async with (
            runtime.records(read) as (store, blobs),
            ledger(read, store, blobs, runtime.SystemClock()) as book,
        ):
            for chain in ("octo/cat", "octo/dog"):
                for each in range(number):
                    data = b'{"scan":%d}' % each
                    link = await seal(store, blobs, book.signer, book.clock, "local", chain, "scan", f"scan-{each}", data)
                assert (await book.anchor(link)).missed == ()

    asyncio.run(work())


def alone(place: Workplace, *args: str) -> tuple[int, str, str]:
    """`fusion` where nothing of the installation is."""
    done = place.fusion(*args, FUSION_HOME="/nonexistent/home", FUSION_ANCHOR="", COLUMNS="80")
    return done.returncode, done.stdout, done.stderr


def given(place: Workplace, output: str, *args: str) -> str:
    """An export, with the public key beside it."""
    done = place.fusion("evidence", "export", "--output", output, *args)
    assert done.returncode == 0, done.stderr
    # What the verifier needs is told beside what a program reads.
    assert ": fusion evidence key --public > key.pem\n" in done.stderr
    assert f": fusion evidence verify {output} --key key.pem\n" in done.stderr
    assert done.stdout.count("\n") == 1
    (place.folder / "key.pem").write_text(place.fusion("evidence", "key", "--public").stdout)
    return done.stdout


@pytest.mark.parametrize("output", ["bundle", "bundle.tar.gz", "bundle.zip"])
def test_what_was_exported_verifies_with_files_and_key_alone(place: Workplace, tmp_path: Path, output: str) -> None:
    anchors = str(tmp_path / "anchors")
    sealed(place, 3, FUSION_ANCHOR=anchors)
    assert "6 links of 2 chains, 2 anchors" in given(place, output)
    code, out, err = alone(place, "evidence", "verify", output, "--key", "key.pem", "--anchors", anchors)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[-1] == "Intact: 6 links."
    assert [line.partition(":")[0] for line in lines] == ["octo/cat", "octo/dog", "Intact"]
    code, out, _ = alone(place, "evidence", "verify", output, "--key", "key.pem", "--format", "json")
    told = json.loads(out)
    assert (code, told["intact"], told["links"]) == (0, True, 6)
    assert {flaw["mark"] for flaw in told["flaws"]} == {"unchecked-anchor", "unanchored"}
    assert not (Path("/nonexistent") / "home").exists()


def test_a_changed_bundle_is_one_line_for_each_finding_and_code_1(place: Workplace) -> None:
    sealed(place, 3)
    given(place, "bundle", "--chain", "octo/cat")
    links = place.folder / "bundle" / "links.jsonl"
    links.write_bytes(links.read_bytes().replace(b"scan-1", b"scan-7"))
    code, out, _ = alone(place, "evidence", "verify", "bundle", "--key", "key.pem")
    assert code == 1
    lines = out.splitlines()
    fatal = [line for line in lines if line.startswith("TAMPERED")]
    assert {line.split("[")[1].partition("]")[0] for line in fatal} == {"broken-hash", "wrong-signature", "changed-copy"}
    assert lines[-1] == f"Tampered with: {len(fatal)} findings."


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("verify", "nothing", "--key", "key.pem"), "There is no file or folder nothing"),
        (("verify", "bundle"), "Say which public key you trust"),
        (("verify", "bundle", "--key", "nokey"), "nokey cannot be read"),
        (("verify", "bundle", "--key", "bundle/README.txt"), "is no public key on P-256"),
        (("verify", "bundle", "--key", "private.pem"), "is a private key"),
        (("verify", "bundle", "--key", "key.pem", "--tsa-root", "key.pem"), "holds no certificates"),
        (("verify", "bundle", "--key", "key.pem", "--anchors", "key.pem"), "is not what anchors write"),
        (("verify", "bundle", "--key", "key.pem", "--format", "xml"), "There is no format 'xml'"),
        (("export", "--output", "bundle"), "is there already"),
        (("export", "--output", "no/bundle"), "There is no folder"),
        (("export", "--output", "new", "--chain", "octo/owl"), "There is no chain octo/owl"),
        (("key", "--new"), "no key is overwritten"),
        (("key", "--new", "--public"), "Choose one"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(place: Workplace, args: tuple[str, ...], sentence: str) -> None:
    sealed(place, 1)
    given(place, "bundle")
    (place.folder / "private.pem").write_bytes((place.home / "evidence-key.pem").read_bytes())
    done = place.fusion("evidence", *args)
    assert sentence in one_sentence(done)
    assert done.returncode == 2


def test_a_key_is_replaced(place: Workplace, tmp_path: Path) -> None:
    sealed(place, 1)
    given(place, "before")
    new = str(tmp_path / "new.pem")
    assert place.fusion("evidence", "key", "--new", FUSION_EVIDENCE_KEY=new).returncode == 0
    (place.folder / "new.jwk").write_text(place.fusion("evidence", "key", "--jwk", FUSION_EVIDENCE_KEY=new).stdout)
    for _ in range(2):  # the second time there is nothing left to do
        done = place.fusion("evidence", "key", "--next", "new.jwk")
        assert done.returncode == 0, done.stderr
    sealed(place, 2, FUSION_EVIDENCE_KEY=new)
    done = place.fusion("evidence", "export", "--output", "after")
    assert "6 links of 2 chains" in done.stdout
    code, out, _ = alone(place, "evidence", "verify", "after", "--key", "key.pem")
    assert (code, out.splitlines()[-1]) == (0, "Intact: 6 links.")
    code, out, _ = alone(place, "evidence", "verify", "after", "--key", "new.jwk")
    assert code == 1
    assert "unknown-key" in out


def test_chains_are_listed_with_how_far_each_is_anchored(place: Workplace, tmp_path: Path) -> None:
    assert place.fusion("evidence", "list").stdout == "Nothing was sealed yet.\n"
    sealed(place, 2, FUSION_ANCHOR=str(tmp_path / "anchors"))
    sealed(place, 3)
    done = place.fusion("evidence", "list", COLUMNS="80")
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 80
    assert done.stdout.count("to link 1, 1 not") == 2
    assert "set FUSION_ANCHOR" in one_sentence(done)
    assert "copy is kept elsewhere" in one_sentence(place.fusion("evidence", "list", FUSION_ANCHOR=str(tmp_path / "anchors")))
    rows = json.loads(place.fusion("evidence", "list", "--format", "json").stdout)["chains"]
    assert [(row["chain"], row["links"], row["anchored"]) for row in rows] == [("octo/cat", 3, 1), ("octo/dog", 3, 1)]


def test_a_key_that_is_named_and_not_there_is_not_made(place: Workplace, tmp_path: Path) -> None:
    done = place.fusion("evidence", "key", FUSION_EVIDENCE_KEY=str(tmp_path / "key.pem"))
    assert "fusion evidence key --new" in one_sentence(done)
    assert not (tmp_path / "key.pem").exists()


@pytest.mark.parametrize("anchor", ["nowhere", "rfc3161+https://tsa.example", "blob+nowhere", "rfc3161+nowhere"])
async def test_an_anchor_that_is_none_is_one_sentence(place: Workplace, anchor: str) -> None:
    from fusion.errors import UserError

    read = settings.read(place.env(FUSION_ANCHOR=anchor))
    with pytest.raises(UserError, match="FUSION_ANCHOR"):
        async with runtime.records(read) as (store, blobs), ledger(read, store, blobs, runtime.SystemClock()):
            pass


async def test_a_key_in_a_vault_that_says_no_is_told(place: Workplace) -> None:
    vault = KeyVault()
    async with listening(vault.answer) as (_, address):
        read = settings.read(place.env(FUSION_EVIDENCE_KEY=address + vault.path))
        assert read.evidence_key.endswith(vault.path)
        async with runtime.attesting.signer(read) as signer:
            assert type(signer).__name__ == "KeyVaultSigner"
