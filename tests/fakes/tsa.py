"""A timestamp authority of our own (RFC 3161): `openssl ts` behind HTTP on loopback, with a root of its own.

    async with listening(authority.answer) as (asked, address): ...

`missing()` says in one sentence why it cannot run here, for `pytest.skip`.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.fakes.scripted_http import Asked, reply

CONFIGURATION = """\
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""


def missing() -> str:
    """Why there can be no authority here; empty when there can."""
    return "" if shutil.which("openssl") else "a timestamp authority needs openssl, which is not installed"


@dataclass(frozen=True)
class Authority:
    """Signs timestamps with a certificate that its root signed."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate("A root", root_key.public_key(), "A root", root_key, root=True)
        own = _certificate("An authority", key.public_key(), "A root", root_key, root=False)
        (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
        (folder / "tsa.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
        form, no = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "tsa.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, no))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
        return cls(folder)

    @property
    def root(self) -> Path:
        """Its root certificate."""
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """The response to a request."""
        (self.folder / "request.tsq").write_bytes(request)
        files = ["-config", str(self.folder / "tsa.cnf"), "-queryfile", str(self.folder / "request.tsq")]
        done = subprocess.run(
            ["openssl", "ts", "-reply", *files, "-out", str(self.folder / "answer.tsr")], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return (self.folder / "answer.tsr").read_bytes()

    def answer(self, asked: Asked) -> bytes:
        """The HTTP answer to a request."""
        assert asked.headers["content-type"] == "application/timestamp-query"
        return reply(200, self.stamp(asked.body), content_type="application/timestamp-reply")


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, root: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(_usage(root), critical=True)
    )
    if not root:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(signer, hashes.SHA256())


def _usage(root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )
