"""What settings say against each other, or leave half said, where an installation works on Azure. Pure.

A setting that cannot be read at all is an error of `fusion.settings`; here each one is fine by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fusion.ports.checkup import Standing, Told, ready
from fusion.render.phrases import listed
from fusion.routing.addresses import is_loopback
from fusion.settings import Settings

PART = "settings"
_NAMESPACE = "FUSION_SERVICEBUS__fullyQualifiedNamespace"
_APP = "WEBSITE_SITE_NAME"
"""Set by App Service, and so in a Function App."""

Said = tuple[str, Standing, str]
"""The setting, how bad it is, and a sentence."""


def contradictions(settings: Settings, environ: Mapping[str, str]) -> list[Told]:
    """A line for each; one that says so where there is none."""
    found = [
        Told(part=PART, name=name, standing=standing, detail=detail)
        for name, standing, detail in (
            *_half(settings, environ),
            *_bus(environ),
            *_identities(environ),
            *_keys(settings),
            *_evidence(settings, environ),
            *_telemetry(settings, environ),
            *_scheduler(settings, environ),
        )
    ]
    return found or [ready(PART, "together", "Nothing is half said, and nothing against another.")]


def _half(settings: Settings, environ: Mapping[str, str]) -> Iterator[Said]:
    missing = settings.missing_for_bot
    if missing and len(missing) < 3:
        yield missing[0], Standing.MEND, f"{listed(missing)} not set, and the others of the GitHub App are: no host starts so."
    stores = {"FUSION_SERVICEBUS": settings.servicebus, "FUSION_COSMOS": settings.cosmos, "FUSION_BLOBS": settings.blobs}
    absent = [name for name, value in stores.items() if value is None]
    if absent and len(absent) < 3:
        standing = Standing.MEND if _APP in environ or settings.scheduler else Standing.WARNING
        kept = "that lies in the state folder of one machine, the rest on Azure; hosts that share a store need all three."
        yield absent[0], standing, f"{listed(absent)} not set: {kept}"
    if len(absent) == 3 and _APP in environ and not missing:
        yield absent[0], Standing.MEND, f"{listed(absent)} not set: a bot in a Function App needs them, and does not start."
    if len(absent) == 3 and settings.scheduler and _APP not in environ:
        yield absent[0], Standing.MEND, f"{listed(absent)} not set: `fusion host scheduler` needs them, and does not start."
    if settings.cosmos is not None and settings.tenant == "local":
        yield (
            "FUSION_TENANT",
            Standing.WARNING,
            "It is not set: every key begins with `local`, and another installation's may, too.",
        )


def _bus(environ: Mapping[str, str]) -> Iterator[Said]:
    named, given = environ.get(_NAMESPACE, ""), environ.get("FUSION_SERVICEBUS", "")
    if named and given:
        host = _host(given)
        if host != named.strip().lower():
            yield (
                "FUSION_SERVICEBUS",
                Standing.MEND,
                f"It leads to {host or 'nowhere'}, and {_NAMESPACE} to {named}: take one of them away.",
            )
        elif _is_connection(given):
            yield "FUSION_SERVICEBUS", Standing.WARNING, f"A key is set beside {_NAMESPACE}, and is the one that counts."
    if given and not _is_connection(given) and _APP in environ:
        yield (
            "FUSION_SERVICEBUS",
            Standing.MEND,
            f"The triggers of a Function App take it for a connection string, and it is a host name: set {_NAMESPACE} instead.",
        )


def _identities(environ: Mapping[str, str]) -> Iterator[Said]:
    client = environ.get("AZURE_CLIENT_ID", "")
    triggers = environ.get("FUSION_SERVICEBUS__clientId", "")
    if triggers and environ.get("FUSION_SERVICEBUS__credential", "") != "managedidentity":
        yield (
            "FUSION_SERVICEBUS__credential",
            Standing.MEND,
            "It must be `managedidentity`, for the triggers to sign in by FUSION_SERVICEBUS__clientId.",
        )
    if triggers and triggers != client:
        yield (
            "FUSION_SERVICEBUS__clientId",
            Standing.MEND,
            f"The triggers sign in as {triggers}, everything else as {client or 'the system-assigned identity'}: set"
            " AZURE_CLIENT_ID to the same.",
        )
    if client and not triggers and _APP in environ and environ.get(_NAMESPACE):
        yield (
            "FUSION_SERVICEBUS__clientId",
            Standing.MEND,
            "AZURE_CLIENT_ID names a user-assigned identity, and the triggers would sign in as the system-assigned one: set it"
            " to the same, and FUSION_SERVICEBUS__credential to managedidentity.",
        )
    ways = [
        name
        for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
        if environ.get(name)
    ]
    if len(ways) > 1:
        yield ways[1], Standing.WARNING, f"{listed(ways)} are set: {ways[0]} is the one that counts."
    if "AZURE_CLIENT_SECRET" in ways and environ.get("IDENTITY_ENDPOINT"):
        yield (
            "AZURE_CLIENT_SECRET",
            Standing.WARNING,
            "This app has a managed identity, and a secret is used instead: take it away.",
        )


def _keys(settings: Settings) -> Iterator[Said]:
    shared = {"FUSION_SERVICEBUS": settings.servicebus, "FUSION_COSMOS": settings.cosmos, "FUSION_BLOBS": settings.blobs}
    keyed = [name for name, value in shared.items() if value is not None and _is_connection(value.get_secret_value())]
    if keyed:
        verb = "holds a key" if len(keyed) == 1 else "hold keys"
        yield keyed[0], Standing.WARNING, f"{listed(keyed)} {verb}: an address needs none, for Entra ID signs in."


def _evidence(settings: Settings, environ: Mapping[str, str]) -> Iterator[Said]:
    service = settings.evidence_service
    if settings.evidence_token is not None and not service:
        yield "FUSION_EVIDENCE_TOKEN", Standing.WARNING, "It is set, and FUSION_EVIDENCE_SERVICE is not: nobody is shown it."
    if settings.evidence_token is not None and "/sessionPools/" in service:
        yield (
            "FUSION_EVIDENCE_TOKEN",
            Standing.MEND,
            "FUSION_EVIDENCE_SERVICE names a pool of dynamic sessions, which Entra ID signs in to: take the token away.",
        )
    if service and settings.evidence != "auto":
        yield (
            "FUSION_EVIDENCE",
            Standing.WARNING,
            f"It is `{settings.evidence}`, so that FUSION_EVIDENCE_SERVICE is never asked.",
        )
    if settings.evidence == "local" and (_APP in environ or environ.get("IDENTITY_ENDPOINT")):
        yield (
            "FUSION_EVIDENCE",
            Standing.WARNING,
            "Analyzers run beside this app's identities: name an evidence service instead.",
        )
    if settings.cosmos is not None and not settings.evidence_key:
        yield (
            "FUSION_EVIDENCE_KEY",
            Standing.WARNING,
            "It is not set: scans of hosts that share a store are not sealed without one.",
        )


def _telemetry(settings: Settings, environ: Mapping[str, str]) -> Iterator[Said]:
    name, sign_in = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", settings.application_insights_sign_in
    if sign_in and settings.application_insights is None:
        yield name, Standing.WARNING, "It is set, and APPLICATIONINSIGHTS_CONNECTION_STRING is not: nothing is sent."
    parts = {key.strip().lower(): value.strip() for key, _, value in (part.partition("=") for part in sign_in.split(";"))}
    if sign_in and parts.get("authorization", "").upper() != "AAD":
        yield name, Standing.MEND, "It must be Authorization=AAD, and ;ClientId=ID for a user-assigned identity."
    client = environ.get("AZURE_CLIENT_ID", "")
    if sign_in and client and parts.get("clientid", client) != client:
        yield name, Standing.WARNING, f"It signs in as {parts['clientid']}, everything else as {client}."
    if settings.telemetry_content == "on":
        yield "FUSION_TELEMETRY_CONTENT", Standing.WARNING, "It is `on`: code of repositories goes to where telemetry is kept."


def _scheduler(settings: Settings, environ: Mapping[str, str]) -> Iterator[Said]:
    if settings.scheduler and _APP in environ:
        yield "FUSION_SCHEDULER", Standing.WARNING, "A Function App does not use it: only `fusion host scheduler` does."
    if settings.scheduler.startswith("http:") and not is_loopback(settings.scheduler):
        yield (
            "FUSION_SCHEDULER",
            Standing.WARNING,
            "Over http:// nobody signs in, and what runs hand on goes in the clear: that is for an emulator on this machine.",
        )


def _is_connection(text: str) -> bool:
    """Whether it is a connection string rather than an address or a host name."""
    return "=" in text and "://" not in text.partition("=")[0]


def _host(text: str) -> str:
    if not _is_connection(text):
        return text.strip().strip("/").lower()
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    return parts.get("Endpoint", "").partition("://")[2].strip("/").lower()
