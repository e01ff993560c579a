"""Settings: read once from the environment, frozen, passed in. docs/reference.md lists them (a test compares)."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator

from fusion.errors import UserError
from fusion.model import Record

ENVIRONMENT: Mapping[str, str] = {
    "FUSION_HOME": "home",
    "FUSION_TENANT": "tenant",
    "FUSION_EVIDENCE": "evidence",
    "FUSION_PARALLEL": "parallel",
    "FUSION_GITHUB_API": "github_api",
    "FUSION_KNOWLEDGE": "knowledge",
    "FUSION_MODELS": "models",
    "FUSION_ADVISORIES": "advisories",
    "FUSION_GITHUB_APP": "github_app",
    "FUSION_GITHUB_KEY": "github_key",
    "FUSION_WEBHOOK_SECRET": "webhook_secret",
    "FUSION_API_TOKEN": "api_token",
    "FUSION_QUOTA": "quota",
    "FUSION_RETENTION": "retention",
    "FUSION_SCANS": "scans",
    "FUSION_EVIDENCE_KEY": "evidence_key",
    "FUSION_EVIDENCE_PASSPHRASE": "evidence_passphrase",
    "FUSION_ANCHOR": "anchor",
    "FUSION_TSA_ROOT": "tsa_root",
    "FUSION_SERVICEBUS__fullyQualifiedNamespace": "servicebus",
    "FUSION_SERVICEBUS": "servicebus",
    "FUSION_COSMOS": "cosmos",
    "FUSION_BLOBS": "blobs",
    "FUSION_SCHEDULER": "scheduler",
    "FUSION_TASKHUB": "taskhub",
    "FUSION_EVIDENCE_SERVICE": "evidence_service",
    "FUSION_EVIDENCE_TOKEN": "evidence_token",
    "FUSION_TELEMETRY_CONTENT": "telemetry_content",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "application_insights",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "application_insights_sign_in",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "otlp_endpoint",
    "OTEL_EXPORTER_OTLP_HEADERS": "otlp_headers",
    "OTEL_SERVICE_NAME": "service_name",
    "OTEL_TRACES_SAMPLER_ARG": "trace_ratio",
    "GITHUB_TOKEN": "github_token",
}
"""Environment variable -> field of `Settings`. Of two for one field the later counts, as with Azure's triggers."""


SHORTEST_SECRET = 16
"""Characters of a webhook secret; a shorter one can be guessed."""
SHORTEST_TOKEN = 32
"""Characters of a token of the API, which anybody may try."""
_TOKEN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, section 2.1."""


class ApiToken(Record):
    """What somebody shows who asks over HTTP, and the name by which they are on record."""

    name: str
    token: SecretStr


class Settings(Record):
    """How this installation runs. Nothing here comes from a repository that is reviewed."""

    home: Path = Field(default_factory=lambda: default_home(os.environ))
    """FUSION_HOME: folder of the embedded state (records, blobs, journals). Default: the XDG state folder."""
    tenant: str = "local"
    """FUSION_TENANT: first part of every partition key."""
    evidence: str = Field(default="auto", pattern="^(auto|local|off)$")
    """FUSION_EVIDENCE: `local` runs analyzers in a sandbox on this machine, `off` runs none (the receipt says so). Default
    `auto`: in the service of FUSION_EVIDENCE_SERVICE where that is set, else on this machine, but not in the Function App and
    the scheduler's host, where identities are near."""
    parallel: int = Field(default_factory=lambda: (os.cpu_count() or 2) + 1, ge=1, le=256)
    """FUSION_PARALLEL: analyzers at work at the same time. Default: one more than there are cores."""
    github_api: str = Field(default="https://api.github.com", pattern="^https?://")
    """FUSION_GITHUB_API: base address of the GitHub REST API (GitHub Enterprise Server: https://HOST/api/v3)."""
    knowledge: tuple[Path, ...] = ()
    """FUSION_KNOWLEDGE: folders of knowledge about libraries, divided like those of PATH; each an absolute path outside of
    what is reviewed."""
    models: Path | None = None
    """FUSION_MODELS: the models file, an absolute path outside of what is reviewed. Default: no model is asked."""
    advisories: str = ""
    """FUSION_ADVISORIES: a copy of the OSV database: an absolute path of a folder, or an https address (http for this machine).
    Default: known vulnerabilities are not assessed."""
    github_token: SecretStr | None = None
    """GITHUB_TOKEN: reads pull requests for `--pr`; public repositories need none."""

    github_app: int = Field(default=0, ge=0)
    """FUSION_GITHUB_APP: id of the GitHub App that this installation is."""
    github_key: SecretStr | None = None
    """FUSION_GITHUB_KEY: the App's private key, as PEM or as the path of a PEM file. On Azure, a reference to Key Vault."""
    webhook_secret: tuple[SecretStr, ...] = ()
    """FUSION_WEBHOOK_SECRET: what GitHub signs deliveries with, at least 16 characters; several, divided by spaces, while one
    replaces another (the first also signs what Fusion hides in its comments). Without one, no host starts."""
    api_token: tuple[ApiToken, ...] = ()
    """FUSION_API_TOKEN: who may grant and withdraw exceptions over HTTP: `name=token`, several divided by spaces, each token of
    at least 32 characters. What is done with one is on record under its name. Default: nobody, and the routes are not there."""
    quota: int = Field(default=30, ge=1, le=10_000)
    """FUSION_QUOTA: commands that one person may give in an hour."""
    retention: int = Field(default=90, ge=1, le=3650)
    """FUSION_RETENTION: days for which runs, reviews and their contents are kept after the last use."""
    evidence_key: str = ""
    """FUSION_EVIDENCE_KEY: what signs evidence: the absolute path of a key in PEM, or a version of a key in Key Vault
    (https://VAULT.vault.azure.net/keys/NAME/VERSION). Default: `evidence-key.pem` in the state folder, made on first use."""
    evidence_passphrase: SecretStr | None = None
    """FUSION_EVIDENCE_PASSPHRASE: of that file, where it has one."""
    anchor: SecretStr | None = None
    """FUSION_ANCHOR: where heads of chains are kept outside, several divided by spaces: `rfc3161+https://AUTHORITY/PATH`,
    `blob+https://ACCOUNT.blob.core.windows.net/CONTAINER` (or `blob+` and a connection string), the absolute path of a folder.
    Default: nowhere, and reports say so."""
    tsa_root: Path | None = None
    """FUSION_TSA_ROOT: root certificates of the timestamp authority, in PEM; an absolute path."""
    scans: str = Field(default="on", pattern="^(on|off)$")
    """FUSION_SCANS: `on` has the bot scan repositories when their policy's schedule says so, `off` scans nothing by itself."""
    servicebus: SecretStr | None = None
    """FUSION_SERVICEBUS: the namespace's host name (Entra ID signs in) or a connection string. Default: a queue in the state
    folder. The Function App's triggers take it for a connection string, whatever it is, and the host name from
    FUSION_SERVICEBUS__fullyQualifiedNamespace; Fusion reads both."""
    cosmos: SecretStr | None = None
    """FUSION_COSMOS: the account's address (Entra ID signs in) or a connection string. Default: a file in the state folder."""
    blobs: SecretStr | None = None
    """FUSION_BLOBS: the storage account's blob address (Entra ID signs in) or a connection string. Default: files in the state
    folder."""

    scheduler: str = Field(default="", pattern="^(|https?://[^/?#@]+/?)$")
    """FUSION_SCHEDULER: the Durable Task Scheduler's address, https://NAME.REGION.durabletask.io; http for an emulator on this
    machine. Only `fusion host scheduler` needs it."""
    taskhub: str = Field(default="fusion", pattern="^[A-Za-z0-9-]{3,64}$")
    """FUSION_TASKHUB: the task hub there."""

    evidence_service: str = Field(default="", pattern="^(|https?://[^?#@]+)$")
    """FUSION_EVIDENCE_SERVICE: where analyzers run, away from this host: the management endpoint of a pool of Container Apps
    dynamic sessions (Entra ID signs in), or the address of `fusion evidence serve`. Default: nowhere but here."""
    evidence_token: SecretStr | None = None
    """FUSION_EVIDENCE_TOKEN: what `fusion evidence serve` asks for, and this host shows it, at least 32 characters."""

    telemetry_content: str = Field(default="off", pattern="^(on|off)$")
    """FUSION_TELEMETRY_CONTENT: `on` records what models are asked and answer on their spans, code of repositories included."""
    application_insights: SecretStr | None = None
    """APPLICATIONINSIGHTS_CONNECTION_STRING: traces and metrics go to this Application Insights resource."""
    application_insights_sign_in: str = ""
    """APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `Authorization=AAD`, and `;ClientId=ID` for a user-assigned identity, where
    that resource takes nothing without Entra ID."""
    otlp_endpoint: str = Field(default="", pattern="^(|https?://[^?#@]+)$")
    """OTEL_EXPORTER_OTLP_ENDPOINT: traces and metrics go to this collector, by OTLP over HTTP."""
    otlp_headers: SecretStr | None = None
    """OTEL_EXPORTER_OTLP_HEADERS: `name=value`, several divided by commas, with each request to it."""
    service_name: str = Field(default="fusion", min_length=1, max_length=255)
    """OTEL_SERVICE_NAME: what telemetry calls this host."""
    trace_ratio: float = Field(default=1.0, ge=0, le=1)
    """OTEL_TRACES_SAMPLER_ARG: the share of deliveries that are traced."""

    @property
    def missing_for_bot(self) -> Sequence[str]:
        """The variables that a bot needs and that are not set."""
        needed = {
            "FUSION_WEBHOOK_SECRET": self.webhook_secret,
            "FUSION_GITHUB_APP": self.github_app,
            "FUSION_GITHUB_KEY": self.github_key,
        }
        return [name for name, value in needed.items() if not value]

    @field_validator("models", "tsa_root")
    @classmethod
    def _outside(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_absolute():
            raise ValueError(f"{str(value)!r} is not an absolute path: write {_pasted(str(value))}")
        return value

    @field_validator("advisories")
    @classmethod
    def _folder_or_address(cls, value: str) -> str:
        """A relative path would lead into whatever repository Fusion is started in."""
        if value and "://" not in value and not Path(value).is_absolute():
            raise ValueError(f"{value!r} is neither an absolute path nor an address: write {_pasted(value)}")
        return value

    @field_validator("evidence_key")
    @classmethod
    def _key(cls, value: str) -> str:
        if value and not value.startswith("https://") and not value.startswith("http://") and not Path(value).is_absolute():
            raise ValueError(
                f"{value!r} is neither an absolute path nor https://VAULT.vault.azure.net/keys/NAME/VERSION: "
                f"write {_pasted(value)}"
            )
        return value

    @field_validator("webhook_secret", mode="before")
    @classmethod
    def _secrets(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("webhook_secret")
    @classmethod
    def _long_enough(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in value):
            raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters")
        # What Azure could not resolve it leaves as it is; whoever knows the vault's name could sign deliveries with that.
        if any(secret.get_secret_value().lower().startswith("@microsoft.keyvault(") for secret in value):
            raise ValueError(
                "Azure did not resolve the reference to Key Vault: put the secret there, and give the role to read it"
            )
        return value

    @field_validator("evidence_token")
    @classmethod
    def _guessed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not (len(text := value.get_secret_value()) >= SHORTEST_TOKEN and _TOKEN.fullmatch(text)):
            raise ValueError(f"a token has at least {SHORTEST_TOKEN} letters, digits and . _ ~ + / -")
        return value

    @field_validator("api_token", mode="before")
    @classmethod
    def _tokens(cls, value: object) -> object:
        """No message shows what was given: it may be a token."""
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=")[::2] for pair in value.split()]
        if any(not token or not _TOKEN_NAME.fullmatch(name) for name, token in pairs):
            raise ValueError("it takes name=token, several divided by spaces; a name has letters, digits and . _ @ -")
        if any(len(token) < SHORTEST_TOKEN or not _TOKEN.fullmatch(token) for _, token in pairs):
            raise ValueError(f"a token has at least {SHORTEST_TOKEN} letters, digits and . _ ~ + / -")
        if len({token for _, token in pairs}) < len(pairs):
            raise ValueError("two names have the same token")
        return tuple(ApiToken(name=name, token=SecretStr(token)) for name, token in pairs)

    @field_validator("knowledge", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value

    @field_validator("knowledge")
    @classmethod
    def _absolute(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        """A relative path would lead into whatever repository Fusion is started in."""
        if relative := next((str(path) for path in value if not path.is_absolute()), None):
            raise ValueError(f"{relative!r} is not an absolute path: write {_pasted(*map(str, value))}")
        return value


def _pasted(*paths: str) -> str:
    """The absolute form of what was written, as seen from here, to be pasted into a shell."""
    return shlex.quote(os.pathsep.join(map(_from_here, paths)))


def _from_here(path: str) -> str:
    try:
        return str(Path(path).expanduser().resolve())
    except (OSError, RuntimeError):
        # There is no such home, or links lead in a circle.
        return str(Path(path).absolute())


def default_home(environ: Mapping[str, str]) -> Path:
    """`$XDG_STATE_HOME/fusion`, or the platform's equivalent."""
    if state := environ.get("XDG_STATE_HOME"):
        return Path(state) / "fusion"
    from platformdirs import user_state_path

    try:
        return user_state_path("fusion", appauthor=False)
    except RuntimeError:
        raise UserError("There is no home folder to keep state in: set HOME, or FUSION_HOME to a folder.") from None


_ADDRESS = "it is an address, http:// or https://, without a query or a name to sign in with"
_FORMS: Mapping[str, str] = {
    "FUSION_EVIDENCE": "it is auto, local or off",
    "FUSION_GITHUB_API": "it is an address, http:// or https://",
    "FUSION_SCANS": "it is on or off",
    "FUSION_SCHEDULER": "it is the scheduler's address alone, https://NAME.REGION.durabletask.io, or an emulator's, http://HOST:PORT",
    "FUSION_TASKHUB": "a task hub's name has 3 to 64 letters, digits and -",
    "FUSION_EVIDENCE_SERVICE": _ADDRESS,
    "FUSION_TELEMETRY_CONTENT": "it is on or off",
    "OTEL_EXPORTER_OTLP_ENDPOINT": _ADDRESS,
}
"""What each variable with a pattern looks like, for people."""


def read(environ: Mapping[str, str]) -> Settings:
    """The settings of this environment. Raises UserError that names the variable."""
    values = {field: environ[name] for name, field in ENVIRONMENT.items() if environ.get(name)}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = next(name for name, field in ENVIRONMENT.items() if field == first["loc"][0])
        said = _FORMS.get(name) if first["type"] == "string_pattern_mismatch" else None
        raise UserError(
            f"The environment variable {name} is not usable: {said or first['msg'].removeprefix('Value error, ')}."
        ) from None
