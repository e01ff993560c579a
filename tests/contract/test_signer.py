"""One suite over every Signer: a key in a file, and Key Vault's REST API. Then what each of them can suffer."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from fusion.adapters.azure.keyvault import KeyVaultSigner
from fusion.adapters.keys import LocalSigner
from fusion.attesting import jwk
from fusion.errors import Denied, FusionError, PermanentError, RateLimited, TransientError, UserError
from fusion.ports.compliance import Signer
from tests.fakes.keyvault import KeyVault
from tests.fakes.scripted_http import listening, reply


@pytest.fixture(params=["file", "file with a passphrase", "vault"])
async def signer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Signer]:
    if request.param != "vault":
        passphrase = "correct horse" if "passphrase" in request.param else ""
        await LocalSigner.new(tmp_path / "key.pem", passphrase=passphrase)
        yield await LocalSigner.open(tmp_path / "key.pem", passphrase=passphrase)
        return
    vault = KeyVault()
    async with (
        listening(vault.answer) as (_, address),
        KeyVaultSigner(address + vault.path, credential=vault.credential) as remote,
    ):
        yield remote


@pytest.mark.parametrize("data", [b"", b"evidence", bytes(range(256)) * 400])
async def test_a_signature_verifies_with_the_public_key(signer: Signer, data: bytes) -> None:
    public, signature = await signer.public(), await signer.sign(data)
    assert len(signature) == 64
    assert jwk.verifies(public, signature, data)
    assert not jwk.verifies(public, signature, data + b".")
    assert not jwk.verifies(public, bytes([signature[0] ^ 1]) + signature[1:], data)


async def test_the_key_stays_the_same(signer: Signer) -> None:
    public = await signer.public()
    assert dict(await signer.public()) == dict(public)
    assert set(public) == {"kty", "crv", "x", "y"}
    assert len(jwk.thumbprint(public)) == 43
    assert jwk.read(jwk.to_pem(public), origin="it") == dict(public)


async def test_many_sign_at_once(signer: Signer) -> None:
    public = await signer.public()
    signatures = await asyncio.gather(*(signer.sign(b"%d" % number) for number in range(8)))
    assert all(jwk.verifies(public, signature, b"%d" % number) for number, signature in enumerate(signatures))


def test_the_id_of_a_key_is_that_of_rfc_7638() -> None:
    # The key of RFC 7515, A.3; what is not required (`use`) does not count.
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "use": "sig",
    }
    assert jwk.thumbprint(key) == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"


# --- a file


async def test_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "key.pem"
    await LocalSigner.new(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key.pem"]
    for mode in (0o640, 0o604, 0o660, 0o601):
        path.chmod(mode)
        with pytest.raises(UserError, match="Others than its owner"):
            await LocalSigner.open(path)


async def test_no_key_is_overwritten(tmp_path: Path) -> None:
    first = await LocalSigner.new(tmp_path / "key.pem")
    with pytest.raises(UserError, match="no key is overwritten"):
        await LocalSigner.new(tmp_path / "key.pem")
    again = await LocalSigner.open(tmp_path / "key.pem", make=True)
    assert await again.public() == await first.public()


async def test_of_many_that_make_a_key_at_once_all_have_the_same(tmp_path: Path) -> None:
    signers = await asyncio.gather(*(LocalSigner.open(tmp_path / "key.pem", make=True) for _ in range(8)))
    assert len({jwk.thumbprint(await signer.public()) for signer in signers}) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("nothing", "fusion evidence key --new"),
        ("text", "is no private key in PEM"),
        ("another curve", "another kind"),
        ("another algorithm", "another kind"),
        ("a folder", "is not a file"),
    ],
)
async def test_what_is_no_key_is_one_sentence(tmp_path: Path, wrong: str, sentence: str) -> None:
    path = tmp_path / "key.pem"
    pem, form, no = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    if wrong == "a folder":
        path.mkdir()
    elif wrong != "nothing":
        made = {
            "text": b"no key\n",
            "another curve": ec.generate_private_key(ec.SECP384R1()).private_bytes(pem, form, no),
            "another algorithm": ed25519.Ed25519PrivateKey.generate().private_bytes(pem, form, no),
        }
        path.write_bytes(made[wrong])
        path.chmod(0o600)
    with pytest.raises(UserError, match=sentence):
        await LocalSigner.open(path)


async def test_a_passphrase_that_is_wrong_missing_or_too_many_is_told(tmp_path: Path) -> None:
    await LocalSigner.new(tmp_path / "locked.pem", passphrase="right")
    await LocalSigner.new(tmp_path / "open.pem")
    with pytest.raises(UserError, match="is not its passphrase"):
        await LocalSigner.open(tmp_path / "locked.pem", passphrase="wrong")
    with pytest.raises(UserError, match="has a passphrase: set FUSION_EVIDENCE_PASSPHRASE"):
        await LocalSigner.open(tmp_path / "locked.pem")
    with pytest.raises(UserError, match="has no passphrase: unset"):
        await LocalSigner.open(tmp_path / "open.pem", passphrase="right")


# --- Key Vault


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Denied), (403, Denied), (404, Denied), (429, RateLimited), (500, TransientError), (503, TransientError)],
)
async def test_what_a_vault_refuses_says_who_must_act(status: int, error: type[FusionError]) -> None:
    vault = KeyVault(status=status)
    async with (
        listening(vault.answer) as (_, address),
        KeyVaultSigner(address + vault.path, credential=vault.credential) as signer,
    ):
        with pytest.raises(error) as caught:
            await signer.sign(b"x")
    assert isinstance(caught.value, error)
    assert "Key Vault" in str(caught.value) or "FUSION_EVIDENCE_KEY" in str(caught.value)
    assert not isinstance(caught.value, RateLimited) or caught.value.seconds == 7


async def test_an_answer_for_another_key_is_refused() -> None:
    vault = KeyVault(kid="/keys/evidence/another")
    async with (
        listening(vault.answer) as (_, address),
        KeyVaultSigner(address + vault.path, credential=vault.credential) as signer,
    ):
        with pytest.raises(PermanentError, match="for another key"):
            await signer.sign(b"x")


async def test_a_key_of_another_kind_is_refused() -> None:
    vault = KeyVault(curve=ec.SECP384R1())
    async with (
        listening(vault.answer) as (_, address),
        KeyVaultSigner(address + vault.path, credential=vault.credential) as signer,
    ):
        with pytest.raises(UserError, match="P-256"):
            await signer.public()


async def test_a_vault_that_is_mute_endless_or_elsewhere() -> None:
    vault = KeyVault()
    for answer, error in (
        (reply(200, b"x" * 100_000), PermanentError),
        (reply(302, {}, location="https://example.com/"), PermanentError),
        (reply(200, {"kid": "x"}, cut=3), TransientError),
    ):
        async with (
            listening(lambda _, answer=answer: answer) as (asked, address),
            KeyVaultSigner(address + vault.path, credential=vault.credential) as signer,
        ):
            with pytest.raises(error):
                await signer.sign(b"x")
            assert len(asked.asked) == 1
    async with KeyVaultSigner("http://127.0.0.1:1" + vault.path, credential=vault.credential) as signer:
        with pytest.raises(TransientError, match="did not answer"):
            await signer.sign(b"x")


@pytest.mark.parametrize(
    "key",
    [
        "https://v.vault.azure.net/keys/evidence",
        "https://v.vault.azure.net/keys/evidence/",
        "https://v.vault.azure.net/secrets/evidence/0123",
        "http://v.vault.azure.net/keys/evidence/0123",
        "https://user@v.vault.azure.net/keys/evidence/0123",
        "https:///keys/evidence/0123",
    ],
)
def test_a_key_without_a_version_or_on_an_open_line_is_refused(key: str) -> None:
    with pytest.raises(UserError, match="FUSION_EVIDENCE_KEY"):
        KeyVaultSigner(key)


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("v.vault.azure.net", "https://vault.azure.net/.default"),
        ("v.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net/.default"),
        ("h.managedhsm.azure.net", "https://managedhsm.azure.net/.default"),
    ],
)
async def test_the_token_is_for_the_cloud_of_the_vault(host: str, scope: str) -> None:
    class Refusing:
        scopes: tuple[str, ...] = ()

        async def get_token(self, *scopes: str, **options: object) -> object:
            self.scopes = scopes
            raise OSError("no network")

    credential = Refusing()
    async with KeyVaultSigner(f"https://{host}/keys/evidence/0123", credential=credential) as signer:  # type: ignore[arg-type]
        with pytest.raises(TransientError, match="gave no token"):
            await signer.sign(b"x")
    assert credential.scopes == (scope,)
