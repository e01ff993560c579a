"""Verification: every tampering has its finding, and no single change of a file goes unseen unless it changes nothing."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.attesting import jwk
from fusion.attesting.anchored import message, token
from fusion.attesting.anchoring import anchor
from fusion.attesting.bundle import ANCHORS, LINKS, README, Bundle, copies, read
from fusion.attesting.jwk import thumbprint
from fusion.attesting.links import line, link, signed_bytes
from fusion.attesting.seal import introduce, links
from fusion.attesting.timestamps import roots, stamped
from fusion.attesting.verdict import TOLD, Mark
from fusion.attesting.verify import verify
from fusion.errors import UserError
from fusion.model.compliance import Anchored, OrganisationScan, ScanOf, Sealed
from tests.fakes import tsa
from tests.fakes.ledgers import CHAIN, Notary, signer, write


@dataclass
class Held:
    """What a verifier has of one chain; tests change it."""

    links: list[Sealed]
    payloads: dict[str, bytes]
    keys: list[Mapping[str, Any]]
    notary: Notary
    anchors: list[Anchored] = field(default_factory=list)
    kept: list[Anchored] = field(default_factory=list)

    def found(self) -> dict[Mark, int | None]:
        """Marks of what is found with the link each is about, beside that the end is not anchored."""
        flaws = verify(self.links, self.payloads, self.keys, self.anchors, kept=self.kept).flaws
        return {flaw.mark: flaw.number for flaw in reversed(flaws) if flaw.mark is not Mark.UNANCHORED}

    def again(self, number: int, **values: Any) -> Sealed:
        """The link with other values, hashed anew and signed by the same key, as who holds the key can."""
        old = self.links[number].model_copy(update=values)
        previous = Sealed.model_validate(
            {**old.model_dump(), "number": old.number - 1, "hash": old.previous} if old.number else old.model_dump()
        )
        draft = link(
            previous if old.number else None,
            chain=old.chain,
            kind=old.kind,
            subject=old.subject,
            digest=old.digest,
            at=old.at,
            key=old.key,
        )
        return draft.sealed(asyncio.run(self.notary.signer.sign(draft.signed)))


def held(number: int = 5) -> Held:
    async def seal() -> Held:
        notary = Notary()
        sealed = await notary.several(number)
        payloads = {one.digest: await notary.blobs.get(one.digest) for one in sealed}
        return Held(links=sealed, payloads=payloads, keys=[await notary.signer.public()], notary=notary)

    return asyncio.run(seal())


def file_anchor(one: Sealed, **values: Any) -> Anchored:
    return Anchored.model_validate(
        {"chain": one.chain, "number": one.number, "hash": one.hash, "kind": "file", "where": "kept", "at": one.at, **values}
    )


def test_what_was_sealed_is_intact() -> None:
    them = held()
    them.kept = [file_anchor(them.links[-1])]
    verdict = verify(them.links, them.payloads, them.keys, kept=them.kept)
    assert verdict.intact
    assert verdict.flaws == ()
    (chain,) = verdict.chains
    assert (chain.links, chain.hash, chain.anchored) == (5, them.links[-1].hash, 4)


OTHER_HASH = "sha256:" + "0" * 64


@pytest.mark.parametrize("name", ["subject", "kind", "at", "digest", "previous", "chain", "number", "schema_version"])
def test_a_value_that_is_changed_breaks_the_hash(name: str) -> None:
    them = held()
    other = {
        "subject": "scan-9",
        "kind": "review",
        "at": them.links[2].at + timedelta(microseconds=1),
        "digest": them.links[1].digest,
        "previous": OTHER_HASH,
        "chain": "octo/dog",
        "number": 7,
        "schema_version": 2,
    }
    them.links[2] = them.links[2].model_copy(update={name: other[name]})
    assert Mark.HASH in them.found()


def test_a_hash_that_is_made_to_fit_breaks_the_signature_and_the_next_link() -> None:
    them = held()
    other = them.again(2, subject="scan-9")
    them.links[2] = other.model_copy(update={"signature": them.links[2].signature})
    assert them.found() == {Mark.SIGNATURE: 2, Mark.PREVIOUS: 3}


def test_even_who_has_the_key_cannot_change_the_past_without_changing_all_after_it() -> None:
    them = held()
    them.links[2] = them.again(2, subject="scan-9")
    assert them.found() == {Mark.PREVIOUS: 3}


def test_who_has_the_key_and_writes_all_anew_is_seen_by_an_anchor() -> None:
    them = held()
    them.kept = [file_anchor(them.links[3])]
    for number in range(2, 5):
        them.links[number] = them.again(number, subject=f"other-{number}", previous=them.links[number - 1].hash)
    assert them.found() == {Mark.ANCHOR: 3}


@pytest.mark.parametrize("change", [lambda text: "A" + text[1:], lambda text: text[:-4], lambda _: "", lambda _: "ä=*"])
def test_a_signature_that_is_changed(change: Callable[[str], str]) -> None:
    them = held()
    signature = them.links[1].signature
    them.links[1] = them.links[1].model_copy(
        update={"signature": change(signature if signature[0] != "A" else "B" + signature)}
    )
    assert them.found() == {Mark.SIGNATURE: 1}


def test_a_signature_has_one_way_to_be_written() -> None:
    # 64 bytes leave four bits of the last character to whoever writes it.
    them = held()
    signature = them.links[1].signature
    other = next(char for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if char != signature[-1])
    them.links[1] = them.links[1].model_copy(update={"signature": signature[:-1] + other})
    assert them.found() == {Mark.SIGNATURE: 1}


def test_a_key_that_nobody_vouches_for() -> None:
    them = held(2)
    them.keys = [asyncio.run(signer().public())]
    assert them.found() == {Mark.UNKNOWN_KEY: 0}
    them.keys = []
    assert them.found() == {Mark.UNKNOWN_KEY: 0}


def test_links_that_are_reordered() -> None:
    them = held()
    them.links[1], them.links[3] = them.links[3], them.links[1]
    assert set(them.found()) == {Mark.REORDERED}


def test_links_that_are_reordered_and_numbered_anew() -> None:
    them = held()
    one, other = them.links[1], them.links[3]
    them.links[1] = other.model_copy(update={"number": 1, "previous": one.previous})
    them.links[3] = one.model_copy(update={"number": 3, "previous": other.previous})
    assert set(them.found()) == {Mark.HASH, Mark.SIGNATURE, Mark.PREVIOUS}


@pytest.mark.parametrize("number", [0, 2])
def test_a_link_that_is_taken_out(number: int) -> None:
    them = held()
    del them.links[number]
    assert them.found() == {Mark.GAP: number + 1, Mark.STRAY: None}


def test_a_link_that_is_there_twice() -> None:
    them = held()
    them.links.insert(3, them.links[2])
    assert them.found() == {Mark.DUPLICATE: 2}


@pytest.mark.parametrize("first", [True, False])
def test_a_fork(first: bool) -> None:
    them = held()
    other = them.again(3, subject="another scan")
    them.links.insert(3 if first else 4, other)
    # The chain is followed where it goes on; the other link stands by itself.
    assert them.found() == {Mark.FORK: 3}


def test_contents_that_are_changed_missing_or_too_many() -> None:
    them = held()
    digest = them.links[2].digest
    them.payloads[digest] += b" "
    assert them.found() == {Mark.PAYLOAD: 2}
    del them.payloads[digest]
    assert them.found() == {Mark.MISSING: 2}
    them = held()
    them.payloads[OTHER_HASH] = b"x"
    assert them.found() == {Mark.STRAY: None}


def test_a_clock_that_goes_back_is_told_and_breaks_nothing() -> None:
    async def seal(back: float) -> Held:
        notary = Notary()
        await notary.several(2)
        notary.clock.advance(-back)
        await notary.seal("later")
        sealed = [one async for one in links(notary.store, notary.tenant, CHAIN)]
        payloads = {one.digest: await notary.blobs.get(one.digest) for one in sealed}
        return Held(links=sealed, payloads=payloads, keys=[await notary.signer.public()], notary=notary)

    assert asyncio.run(seal(back=60)).found() == {}
    them = asyncio.run(seal(back=3600))
    assert them.found() == {Mark.CLOCK: 2}
    assert verify(them.links, them.payloads, them.keys).intact


def test_a_tail_that_is_cut_off_is_seen_by_an_anchor_and_only_so() -> None:
    them = held()
    kept = file_anchor(them.links[4])
    del them.payloads[them.links[4].digest], them.links[4]
    assert them.found() == {}
    verdict = verify(them.links, them.payloads, them.keys)
    assert [flaw.mark for flaw in verdict.flaws] == [Mark.UNANCHORED]
    them.kept = [kept]
    assert them.found() == {Mark.TRUNCATED: 4}
    # One that comes with the links convicts them, too; it cannot acquit them.
    them.kept, them.anchors = [], [kept]
    assert Mark.TRUNCATED in them.found()


def test_a_chain_that_is_missing_is_seen_by_its_anchor() -> None:
    them = held()
    them.anchors = [file_anchor(them.links[0], chain="octo/gone")]
    assert Mark.TRUNCATED in them.found()
    them.anchors, them.kept = [], them.anchors
    assert set(them.found()) == {Mark.UNCHECKED}


def test_an_organisations_record_anchors_its_repositories() -> None:
    async def seal(cut: bool) -> tuple[dict[str, int | None], set[Mark]]:
        notary = Notary()
        heads = await notary.several(3)
        at = notary.clock.now()
        line = ScanOf(repository=CHAIN, status="scanned", chain=heads[-1].hash)
        scan = OrganisationScan(id="all", account="octo", at=at, repositories=(line,))
        over = await notary.seal("all", scan.model_dump_json().encode(), chain="organisation:octo", kind="organisation")
        found = [*heads[: 2 if cut else 3], over]
        payloads = {one.digest: await notary.blobs.get(one.digest) for one in found}
        verdict = verify(found, payloads, [await notary.signer.public()], kept=[file_anchor(over)])
        return {chain.name: chain.anchored for chain in verdict.chains}, {flaw.mark for flaw in verdict.flaws}

    assert asyncio.run(seal(cut=False)) == ({CHAIN: 2, "organisation:octo": 0}, set())
    assert Mark.TRUNCATED in asyncio.run(seal(cut=True))[1]


def test_a_chain_that_an_organisations_record_names_and_is_not_here_is_told() -> None:
    async def seal() -> tuple[Sequence[str], bool]:
        notary = Notary()
        lines = tuple(ScanOf(repository=f"octo/r{number}", status="scanned", chain="sha256:" + "0" * 64) for number in range(7))
        scan = OrganisationScan(id="all", account="octo", at=notary.clock.now(), repositories=lines)
        over = await notary.seal("all", scan.model_dump_json().encode(), chain="organisation:octo", kind="organisation")
        payloads = {over.digest: await notary.blobs.get(over.digest)}
        verdict = verify([over], payloads, [await notary.signer.public()], kept=[file_anchor(over)])
        return [flaw.text for flaw in verdict.flaws], verdict.intact

    told, intact = asyncio.run(seal())
    # Who was given one chain of many is not told that it was tampered with.
    assert intact
    assert told == [
        "The chain organisation:octo names chains that are not here: octo/r0, octo/r1, octo/r2, octo/r3, octo/r4 and 2 more."
        " Ask for them if you were to see all."
    ]


def test_an_anchor_from_before_its_link_is_told() -> None:
    them = held(1)
    them.kept = [file_anchor(them.links[0], at=them.links[0].at - timedelta(days=3))]
    assert them.found() == {Mark.CLOCK: 0}


def rotated() -> tuple[Held, Notary]:
    async def seal() -> tuple[Held, Notary]:
        notary, new = Notary(), signer()
        await notary.several(2)
        await introduce(notary.store, notary.blobs, notary.signer, notary.clock, "t", CHAIN, await new.public())
        old, notary.signer = notary.signer, new
        await notary.seal("after")
        sealed = [one async for one in links(notary.store, "t", CHAIN)]
        payloads = {one.digest: await notary.blobs.get(one.digest) for one in sealed}
        return Held(links=sealed, payloads=payloads, keys=[await old.public()], notary=Notary(signer=old)), notary

    return asyncio.run(seal())


def test_a_key_that_was_replaced_signs_no_more() -> None:
    them, _ = rotated()
    assert them.found() == {}
    old = thumbprint(them.keys[0])
    them.links[3] = them.again(3, key=old)
    assert them.found() == {Mark.RETIRED_KEY: 3}


def test_a_key_that_another_link_brings_is_not_trusted() -> None:
    them, _ = rotated()
    # Whoever puts in a key of his own must have the old one's signature on it.
    mine = asyncio.run(signer().public())
    data = json.dumps(mine).encode()
    them.payloads[them.links[2].digest] = data
    assert {Mark.PAYLOAD, Mark.UNKNOWN_KEY} <= set(them.found())


def test_a_key_link_that_names_another_key_than_it_holds() -> None:
    them, _ = rotated()
    del them.links[3]
    them.links[2] = them.again(2, subject="another key")
    assert Mark.KEY in them.found()


# --- bundles


@cache
def bundled() -> tuple[dict[str, bytes], Mapping[str, str], bytes]:
    """The files of a bundle with two keys and a timestamp on its head, the key to trust, and the authority's root."""

    async def seal(folder: Path) -> tuple[dict[str, bytes], Mapping[str, str], bytes]:
        notary, new = Notary(), signer()
        await notary.several(2)
        public = await notary.signer.public()
        await introduce(notary.store, notary.blobs, notary.signer, notary.clock, "t", CHAIN, await new.public())
        notary.signer = new
        last = await notary.seal("after")
        if tsa.missing():
            root = b""
        else:
            from fusion.adapters.anchors.rfc3161 import Rfc3161Anchor
            from tests.fakes.scripted_http import listening

            authority = tsa.Authority.made(folder / "tsa")
            root = authority.root.read_bytes()
            trusted = roots(root, origin="root")
            async with (
                listening(authority.answer) as (_, address),
                Rfc3161Anchor(
                    address, stamped=lambda response, data, nonce: stamped(response, data, trusted=trusted, nonce=nonce)
                ) as place,
            ):
                assert (await anchor(notary.store, [place], tenant="t", link=last)).missed == ()
        return await notary.bundle(folder / "bundle"), public, root

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(seal(Path(folder)))


def judged(bundle: Bundle) -> tuple[Sequence[Mark], Sequence[Mark]]:
    """Fatal marks and told ones."""
    _, key, root = bundled()
    trusted = roots(root, origin="root") if root else ()
    verdict = verify(bundle.links, bundle.payloads, [key], bundle.anchors, roots=trusted)
    marks = [flaw.mark for flaw in (*bundle.flaws, *verdict.flaws)]
    return [mark for mark in marks if mark not in TOLD], [mark for mark in marks if mark in TOLD]


def test_a_bundle_is_read_as_it_was_written(tmp_path: Path) -> None:
    files, _, root = bundled()
    bundle = read(write(tmp_path / "b", files))
    assert judged(bundle) == ([], [] if root else [Mark.UNANCHORED])
    assert len(bundle.links) == 4
    assert [one.kind for one in bundle.links] == ["scan", "scan", "key", "scan"]
    assert len(bundle.keys) == 2


def essence(bundle: Bundle) -> object:
    """All that a verifier's word is about: links, contents, and which hashes were stamped when."""
    _, _, root = bundled()
    trusted = roots(root, origin="root") if root else ()
    stamps = [(one.chain, one.number, stamped(token(one), message(one.hash), trusted=trusted)) for one in bundle.anchors]
    return [line(one) for one in bundle.links], {one.digest: bundle.payloads[one.digest] for one in bundle.links}, stamps


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_no_single_change_of_a_file_goes_unseen_unless_it_changes_nothing(data: st.DataObject) -> None:
    files = dict(bundled()[0])
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    how = data.draw(st.sampled_from(["flip", "insert", "cut", "delete", "rename", "swap", "line"]))
    if how == "flip" and content:
        at = data.draw(st.integers(0, len(content) - 1))
        files[name] = content[:at] + bytes([content[at] ^ data.draw(st.integers(1, 255))]) + content[at + 1 :]
    elif how == "insert":
        at = data.draw(st.integers(0, len(content)))
        files[name] = content[:at] + data.draw(st.binary(min_size=1, max_size=3)) + content[at:]
    elif how == "cut" and content:
        at = data.draw(st.integers(0, len(content) - 1))
        files[name] = content[:at] + content[at + data.draw(st.integers(1, 40)) :]
    elif how == "delete":
        del files[name]
    elif how == "rename":
        files[f"{name}.old"] = files.pop(name)
    elif how == "swap":
        other = data.draw(st.sampled_from(sorted(files)))
        files[name], files[other] = files[other], files[name]
    elif how == "line":
        lines = content.splitlines(keepends=True)
        files[name] = b"".join(data.draw(st.permutations(lines))) if len(lines) < 20 else b"".join(lines[1:])
    with tempfile.TemporaryDirectory() as folder:
        try:
            bundle = read(write(Path(folder) / "b", files))
            fatal, _ = judged(bundle)
        except UserError:
            return
        if not fatal:
            assert essence(bundle)[:2] == essence(read(write(Path(folder) / "whole", dict(bundled()[0]))))[:2]  # type: ignore[index]


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip", ""])
def test_the_same_chains_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    async def twice() -> None:
        from fusion.attesting.export import export

        notary = Notary()
        await notary.several(3)
        for name in ("one", "other"):
            done = await export(notary.store, notary.blobs, "t", tmp_path / f"{name}{suffix}")
            assert (done.links, done.missing) == (3, ())

    asyncio.run(twice())
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    if suffix:
        assert one.read_bytes() == other.read_bytes()
    else:
        assert {file.relative_to(one): file.read_bytes() for file in one.rglob("*") if file.is_file()} == {
            file.relative_to(other): file.read_bytes() for file in other.rglob("*") if file.is_file()
        }
    assert len(read(one).links) == 3
    assert {path.name for path in tmp_path.iterdir()} == {one.name, other.name}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_archive_that_is_changed_is_refused_seen_or_the_same(data: st.DataObject) -> None:
    for suffix in (".tar.gz", ".zip"):
        content = archived(suffix)
        at = data.draw(st.integers(0, len(content) - 1))
        changed = content[:at] + bytes([content[at] ^ (1 << data.draw(st.integers(0, 7)))]) + content[at + 1 :]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"b{suffix}"
            path.write_bytes(changed)
            try:
                bundle = read(path)
            except UserError:
                continue
            verdict = verify(bundle.links, bundle.payloads, list(bundle.keys.values()), bundle.anchors)
            fatal = [flaw for flaw in (*bundle.flaws, *verdict.flaws) if flaw.is_fatal]
            path.write_bytes(content)
            whole = read(path)
            assert fatal or (bundle.links, dict(bundle.payloads)) == (whole.links, dict(whole.payloads))


@cache
def archived(suffix: str) -> bytes:
    async def seal(path: Path) -> bytes:
        from fusion.attesting.export import export

        notary = Notary()
        await notary.several(2)
        await export(notary.store, notary.blobs, "t", path)
        return path.read_bytes()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(seal(Path(folder) / f"b{suffix}"))


@pytest.mark.parametrize("name", [LINKS, "README.txt", "a stranger's file"])
def test_what_is_no_bundle_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / name).write_bytes(b"")
    with pytest.raises(UserError, match=r"(?i)there is no (links.jsonl|link) in"):
        read(tmp_path / "b")
    with pytest.raises(UserError, match="neither a folder nor a whole"):
        read(tmp_path / "b" / name)
    with pytest.raises(UserError, match="There is no file or folder"):
        read(tmp_path / "nothing")


def test_a_token_of_another_authority_or_digest_is_one_sentence(tmp_path: Path) -> None:
    if reason := tsa.missing():
        pytest.skip(reason)
    files, _, root = bundled()
    anchored = Anchored.model_validate_json(files[ANCHORS])
    other = roots(tsa.Authority.made(tmp_path / "tsa").root.read_bytes(), origin="root")
    with pytest.raises(ValueError, match=r"^its signature does not lead to a root that is trusted$"):
        stamped(token(anchored), message(anchored.hash), trusted=other)
    with pytest.raises(ValueError, match=r"^Mismatch between messages$"):
        stamped(token(anchored), message("sha256:00"), trusted=roots(root, origin="root"))


# SubjectPublicKeyInfo of a kind (GOST), and on a curve, that the library does not know.
_STRANGE = ["MA8wCAYGKoUDAgITAwMAAQI=", "MBcwEAYHKoZIzj0CAQYFK4EEAGMDAwABAg=="]


@pytest.mark.parametrize("der", _STRANGE)
def test_a_key_of_an_unknown_kind_in_a_bundle_is_one_finding(tmp_path: Path, der: str) -> None:
    files, _, _ = bundled()
    pem = f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n".encode()
    for name, data in (files | {"keys/strange.jwk": pem}).items():
        (file := tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    fatal, _ = judged(bundle := read(tmp_path))
    assert fatal == [Mark.DERIVED]
    assert bundle.flaws[0].text == "keys/strange.jwk is no public key on P-256, as JWK or PEM (it is a key of another kind)."


def test_a_file_that_could_be_read_as_two_keys_is_none() -> None:
    one, two = (asyncio.run(signer().public()) for _ in range(2))
    with pytest.raises(UserError, match=r"^K is no .* \(it holds 2: give each a file of its own\)\.$"):
        jwk.read(jwk.to_pem(one) + jwk.to_pem(two), origin="K")
    twice = json.dumps(one)[:-1] + f', "x": "{two["x"]}", "y": "{two["y"]}"}}'
    with pytest.raises(UserError, match=r"^K is no .* \(a member is there twice\)\.$"):
        jwk.read(twice.encode(), origin="K")


def test_an_archive_that_is_packed_otherwise_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(LINKS, b"x" * 100)
    damaged = bytearray((tmp_path / "b.zip").read_bytes())
    damaged[60] ^= 0xFF
    (tmp_path / "b.zip").write_bytes(damaged)
    with pytest.raises(UserError, match="packed in a way that no bundle is"):
        read(tmp_path / "b.zip")


def test_the_page_of_a_bundle_verifies_it_with_openssl(tmp_path: Path) -> None:
    if reason := tsa.missing():
        pytest.skip(reason)
    files, _, root = bundled()
    folder = write(tmp_path / "b", files)
    page = files[README].decode()
    script = re.search(r"^ {5}cd signed.*?^ {5}done$", page, re.MULTILINE | re.DOTALL)
    assert script
    done = subprocess.run(["sh", "-c", script[0]], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Verified OK"] * 4, done
    name = "signed/octo%2Fcat/0000000001.link"
    (folder / name).write_bytes(files[name].replace(b"scan-1", b"scan-2"))
    done = subprocess.run(["sh", "-c", script[0]], cwd=folder, capture_output=True, text=True, check=True)
    assert "0000000001.link: signature" in done.stdout
    assert "0000000002.link: follows another link" in done.stdout
    (folder / "root.pem").write_bytes(root)
    (stamp,) = [name for name in files if name.endswith(".tsr")]
    ask = ["openssl", "ts", "-verify", "-in", stamp, "-data", stamp.replace(".tsr", ".txt"), "-CAfile", "root.pem"]
    assert subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=True).stdout.strip() == "Verification: OK"


def test_files_for_openssl_say_what_links_say() -> None:
    (one, *_) = held(1).links
    assert set(copies(one)) == {"signed/octo%2Fcat/0000000000.link", "signed/octo%2Fcat/0000000000.sig"}
    assert copies(one)["signed/octo%2Fcat/0000000000.link"] == signed_bytes(one)


@pytest.mark.parametrize("field", ["token", "hash", "at"])
def test_a_token_that_is_changed_or_of_another_link(field: str) -> None:
    files, key, root = bundled()
    if not root:
        pytest.skip(tsa.missing())
    with tempfile.TemporaryDirectory() as folder:
        bundle = read(write(Path(folder) / "b", dict(files)))
        (one,) = bundle.anchors
        values = {"token": one.token[:-8] + "AAAAAAAA", "hash": bundle.links[0].hash, "at": one.at + timedelta(days=1)}
        number = {"number": 0} if field == "hash" else {}
        changed = one.model_copy(update={field: values[field], **number})
        found = verify(bundle.links, bundle.payloads, [key], [changed], roots=roots(root, origin="root"))
        assert Mark.TOKEN in {flaw.mark for flaw in found.flaws}
        # Of an authority that the verifier does not trust.
        other = tsa.Authority.made(Path(folder) / "other").root.read_bytes()
        found = verify(bundle.links, bundle.payloads, [key], [one], roots=roots(other, origin="root"))
        assert Mark.TOKEN in {flaw.mark for flaw in found.flaws}
    assert ANCHORS in files
    assert jwk.thumbprint(key)
