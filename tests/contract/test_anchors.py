"""One suite over every Anchor: a folder, a container on the real Azurite, a timestamp authority. Then what each can suffer."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob.aio import BlobServiceClient

from fusion.adapters.anchors.blob import BlobAnchor
from fusion.adapters.anchors.files import FilesAnchor
from fusion.adapters.anchors.rfc3161 import Rfc3161Anchor
from fusion.attesting.anchored import message, token
from fusion.attesting.bundle import kept_anchors
from fusion.attesting.timestamps import roots, stamped
from fusion.errors import FusionError, PermanentError, TransientError, UserError
from fusion.ports.compliance import Anchor
from tests.fakes import azurite, tsa
from tests.fakes.scripted_http import Asked, listening, reply

HASH, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a running Azurite."""
    if reason := azurite.missing():
        pytest.skip(reason)
    with azurite.Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running.connection


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    if reason := tsa.missing():
        pytest.skip(reason)
    return tsa.Authority.made(tmp_path_factory.mktemp("tsa"))


def verifier(authority: tsa.Authority) -> Callable[[bytes, bytes, int], datetime]:
    trusted = roots(authority.root.read_bytes(), origin="root")
    return lambda response, data, nonce: stamped(response, data, trusted=trusted, nonce=nonce)


@pytest.fixture(params=["folder", "container", "authority"])
async def anchor(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Anchor]:
    if request.param == "folder":
        yield FilesAnchor(tmp_path / "anchors")
    elif request.param == "container":
        async with BlobAnchor(request.getfixturevalue("account"), container=uuid.uuid4().hex) as container:
            yield container
    else:
        known = request.getfixturevalue("authority")
        async with (
            listening(known.answer) as (_, address),
            Rfc3161Anchor(address, stamped=verifier(known)) as place,
        ):
            yield place


@pytest.mark.parametrize("chain", ["octo/cat", "organisation:octo", "../..", "a" * 300, "Ünï/cödé"])
async def test_a_head_is_kept_with_where_and_when(anchor: Anchor, chain: str) -> None:
    kept = await anchor.anchor(chain, 7, HASH)
    assert (kept.chain, kept.number, kept.hash) == (chain, 7, HASH)
    assert kept.where
    assert abs(kept.at - datetime.now(UTC)) < timedelta(minutes=5)


async def test_a_head_may_be_kept_again(anchor: Anchor) -> None:
    first = await anchor.anchor("octo/cat", 0, HASH)
    again = await anchor.anchor("octo/cat", 0, HASH)
    assert (again.hash, again.number) == (first.hash, first.number)
    assert again.kind == "rfc3161" or again == first


@pytest.mark.parametrize("place", ["folder", "container"])
async def test_another_hash_of_the_same_number_is_refused(request: pytest.FixtureRequest, tmp_path: Path, place: str) -> None:
    made: Anchor
    if place == "folder":
        made = FilesAnchor(tmp_path)
        await made.anchor("octo/cat", 3, HASH)
        with pytest.raises(PermanentError, match="another hash of link 3"):
            await made.anchor("octo/cat", 3, OTHER)
        return
    async with BlobAnchor(request.getfixturevalue("account"), container=uuid.uuid4().hex) as made:
        await made.anchor("octo/cat", 3, HASH)
        with pytest.raises(PermanentError, match="another hash of link 3"):
            await made.anchor("octo/cat", 3, OTHER)


# --- a folder


async def test_a_folder_is_read_as_what_a_verifier_keeps(tmp_path: Path) -> None:
    place = FilesAnchor(tmp_path / "anchors")
    kept = [await place.anchor(chain, number, HASH) for chain in ("octo/cat", "octo/dog") for number in range(3)]
    assert kept_anchors(tmp_path / "anchors") == kept
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in tmp_path.rglob("*.json"))
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".json"] * 6
    assert "elsewhere" in await place.caution()


async def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TransientError, match="cannot be written"):
        await FilesAnchor(tmp_path / "file" / "anchors").anchor("octo/cat", 0, HASH)


def test_what_holds_no_anchor_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.json").write_text("{}\n")
    for path, sentence in (("empty", "There is no anchor"), ("other.json", "is not what anchors"), ("no", "cannot be read")):
        with pytest.raises(UserError, match=sentence):
            kept_anchors(tmp_path / path)


# --- a container


async def test_a_container_without_a_policy_is_told(account: str) -> None:
    async with BlobAnchor(account, container=uuid.uuid4().hex) as place:
        assert "no immutability policy" in await place.caution()


async def test_what_lies_in_a_container_can_be_verified(account: str, tmp_path: Path) -> None:
    container = uuid.uuid4().hex
    async with BlobAnchor(account, container=container) as place:
        kept = await place.anchor("octo/cat", 4, HASH)
    async with BlobServiceClient.from_connection_string(account) as raw:
        blob = raw.get_blob_client(container, "octo%2Fcat/0000000004.json")
        (tmp_path / "fetched.jsonl").write_bytes(await (await blob.download_blob()).readall())
    assert kept_anchors(tmp_path / "fetched.jsonl") == [kept]


async def test_a_container_that_is_away() -> None:
    key = f"AccountName=a;AccountKey={azurite.KEY};BlobEndpoint=http://127.0.0.1:1/a;DefaultEndpointsProtocol=http"
    async with BlobAnchor(key, patience=1) as place:
        with pytest.raises(TransientError, match="did not answer"):
            await place.anchor("octo/cat", 0, HASH)
    with pytest.raises(UserError, match="names no container"):
        BlobAnchor("nowhere")


# --- a timestamp authority


async def test_a_token_proves_the_hash_to_whoever_trusts_the_root(authority: tsa.Authority) -> None:
    async with listening(authority.answer) as (_, address), Rfc3161Anchor(address, stamped=verifier(authority)) as place:
        kept = await place.anchor("octo/cat", 1, HASH)
    trusted = roots(authority.root.read_bytes(), origin="root")
    assert stamped(token(kept), message(HASH), trusted=trusted) == kept.at
    for data, sentence in ((message(OTHER), "Mismatch"), (b"", "Mismatch")):
        with pytest.raises(ValueError, match=sentence):
            stamped(token(kept), data, trusted=trusted)
    with pytest.raises(ValueError, match="no root"):
        stamped(token(kept), message(HASH), trusted=())


async def test_an_answer_to_another_question_proves_nothing(authority: tsa.Authority) -> None:
    answers: list[bytes] = []

    def replayed(asked: Asked) -> bytes:
        answers.append(authority.answer(asked))
        return answers[0]

    async with listening(replayed) as (_, address), Rfc3161Anchor(address, stamped=verifier(authority)) as place:
        await place.anchor("octo/cat", 0, HASH)
        with pytest.raises(PermanentError, match="Nonce"):
            await place.anchor("octo/cat", 0, HASH)


async def test_an_authority_that_nobody_trusts_proves_nothing(authority: tsa.Authority, tmp_path: Path) -> None:
    stranger = tsa.Authority.made(tmp_path / "stranger")
    async with listening(stranger.answer) as (_, address), Rfc3161Anchor(address, stamped=verifier(authority)) as place:
        with pytest.raises(PermanentError, match="proves nothing"):
            await place.anchor("octo/cat", 0, HASH)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(503, b""), TransientError),
        (reply(302, b"", location="http://example.com/"), TransientError),
        (reply(200, b"no token"), PermanentError),
        (reply(200, b""), PermanentError),
        (reply(200, b"0" * 100_000), PermanentError),
        (reply(200, b"0" * 100, cut=50), TransientError),
    ],
)
async def test_an_authority_that_fails(authority: tsa.Authority, answer: bytes, error: type[FusionError]) -> None:
    async with listening(lambda _: answer) as (_, address), Rfc3161Anchor(address, stamped=verifier(authority)) as place:
        with pytest.raises(error):
            await place.anchor("octo/cat", 0, HASH)


async def test_an_authority_that_is_slow_or_away(authority: tsa.Authority) -> None:
    import asyncio

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Rfc3161Anchor(address, stamped=verifier(authority), timeout=0.2) as place:
            with pytest.raises(TransientError, match="did not answer"):
                await place.anchor("octo/cat", 0, HASH)
    async with Rfc3161Anchor("http://127.0.0.1:1", stamped=verifier(authority)) as place:
        with pytest.raises(TransientError, match="did not answer"):
            await place.anchor("octo/cat", 0, HASH)
    with pytest.raises(UserError, match="names no timestamp authority"):
        Rfc3161Anchor("ftp://example.com", stamped=verifier(authority))
