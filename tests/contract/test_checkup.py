"""What a look at each service tells: by Microsoft's own SDKs, over real connections, where a thing is wrong on purpose."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest

from fusion.adapters.azure import cosmos as adapter
from fusion.adapters.azure.checkup import sight, vault
from fusion.adapters.azure.checkup.bus import queues
from fusion.adapters.azure.checkup.clocks import clock
from fusion.adapters.azure.checkup.contents import anchors, immutable
from fusion.adapters.azure.checkup.hub import hub
from fusion.adapters.azure.checkup.queues import DELIVERIES, JOBS, Made, read
from fusion.adapters.azure.checkup.records import compared, records
from fusion.adapters.azure.checkup.who import who
from fusion.ports.checkup import Standing, Told
from tests.fakes.cosmos.server import CosmosEmulator
from tests.fakes.keyvault import Credential, KeyVault
from tests.fakes.scripted_http import Asked, listening, reply
from tests.fakes.servicebus.atom import atom
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus
from tests.fakes.servicebus.leaks import abort_leftovers

DAY = 86_400.0
RIGHT = QueueOptions(sessions=True, duplicate_window=7 * DAY, ttl=14 * DAY, dead_letter_expired=True)
JOB = QueueOptions(duplicate_window=DAY, dead_letter_expired=True)


def by_name(told: list[Told]) -> dict[str, Told]:
    assert len({one.name for one in told}) == len(told), told
    return {one.name: one for one in told}


async def test_each_queue_is_told_with_what_it_was_made_with_and_what_mends_it() -> None:
    bus = ServiceBus(
        queues={
            "fusion-command": RIGHT,
            "fusion-event": replace(RIGHT, duplicate_window=600.0, dead_letter_expired=False),
            "fusion-scheduled": replace(RIGHT, sessions=False),
            "inference-person": replace(JOB, sessions=True),
            "inference-pull": replace(JOB, lock_seconds=30.0),
        }
    )
    with bus:
        async with listening(atom(bus)) as (_, address):
            found = by_name(await queues(bus.connection_string, [*DELIVERIES, *JOBS[:3]], management=address))
        await abort_leftovers(bus.port)
        assert all(not bus.messages(name) for name in ("fusion-command", "inference-pull")), "a look sends nothing"
    good = found["fusion-command"]
    assert good.standing is Standing.READY
    assert good.detail == ("Sends and receives; sessions, duplicates for 7 days, lock 1 minute, 10 deliveries, lives 14 days.")
    short = found["fusion-event"]
    assert short.standing is Standing.MEND
    assert short.detail == "duplicate window 10 minutes, at least 7 days; dead-lettering of expired messages off."
    assert short.command.startswith("az servicebus queue update --name fusion-event ")
    assert "--duplicate-detection-history-time-window P7D" in short.command
    plain = found["fusion-scheduled"]
    assert plain.standing is Standing.MEND
    assert plain.detail.startswith("sessions off: that cannot be changed.")
    assert "--enable-session true --enable-duplicate-detection true" in plain.command
    assert found["inference-person"].detail.startswith("sessions on: that cannot be changed.")
    assert "--enable-session false" in found["inference-person"].command
    assert found["inference-pull"].standing is Standing.WARNING
    missing = found["inference-again"]
    assert "has no queue 'inference-again': create it, without sessions and with duplicate detection" in missing.detail
    assert missing.command.startswith("az servicebus queue create --name inference-again ")


async def test_roles_that_are_missing_and_what_cannot_be_seen_are_said() -> None:
    bus = ServiceBus(
        queues={
            "fusion-command": RIGHT,
            "fusion-event": replace(RIGHT, sessions=False),
            "fusion-scheduled": RIGHT,
            "inference-person": JOB,
            "inference-pull": replace(JOB, sessions=True),
        }
    )
    with bus:
        bus.fault("fusion-scheduled", "attach", "amqp:unauthorized-access", times=2)
        async with listening(atom(bus, status=401)) as (_, address):
            told = await queues(bus.connection_string, [*DELIVERIES, *JOBS[:2]], management=address)
        await abort_leftovers(bus.port)
    refused = [one for one in told if one.name == "fusion-scheduled"]
    assert [one.standing for one in refused] == [Standing.MEND] * 2
    assert [one.command.partition(" --scope")[0] for one in refused] == [
        'az role assignment create --assignee OBJECT_ID --role "Azure Service Bus Data Sender"',
        'az role assignment create --assignee OBJECT_ID --role "Azure Service Bus Data Receiver"',
    ]
    assert all("This identity may not" in one.detail and "`" not in one.detail for one in refused)
    rest = by_name([one for one in told if one.name != "fusion-scheduled"])
    assert rest["fusion-command"].detail.startswith("Sends and receives; has sessions, locked for ")
    assert rest["fusion-event"].detail.startswith("sessions off: that cannot be changed."), "AMQP shows that by itself"
    assert rest["inference-person"].detail == "Sends and receives; has no sessions."
    assert rest["inference-pull"].detail.startswith("sessions on: that cannot be changed.")
    unseen = rest["settings"]
    assert unseen.standing is Standing.SKIPPED
    assert "cannot be seen from here (the namespace refuses to tell (401))" in unseen.detail
    assert unseen.command.startswith("az servicebus queue list --namespace-name 127 ")


async def test_a_namespace_that_is_away_is_said_for_each_queue() -> None:
    told = await queues(
        "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=R;SharedAccessKey=S;UseDevelopmentEmulator=true", DELIVERIES
    )
    assert {one.standing for one in told} == {Standing.MEND}
    assert not any(one.command for one in told), "no queue is to be made because a network is down"


@pytest.mark.parametrize(
    "body", [b"", b"<QueueDescription", b"<!DOCTYPE x [<!ENTITY a '&a;'>]><QueueDescription>&a;", b"\xff" * 99]
)
def test_nonsense_for_a_description_is_read_as_it_is(body: bytes) -> None:
    made = read(body)
    assert made is None or isinstance(made, Made)
    assert made is None or not made.sessions


def container(**changed: Any) -> dict[str, Any]:
    return {
        "partitionKey": {"paths": ["/tenant", "/scope", "/id"], "kind": "MultiHash", "version": 2},
        "indexingPolicy": adapter.CONTAINER["indexing"],
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "name", "standing", "said"),
    [
        ({}, "container", Standing.READY, "as the Store needs them"),
        ({"partitionKey": {"paths": ["/id"], "kind": "Hash"}}, "partition key", Standing.MEND, "It is Hash over /id"),
        (
            {"indexingPolicy": {"includedPaths": [{"path": "/tenant/?"}]}},
            "index",
            Standing.MEND,
            "/kind/?, /position/?, /scope/?",
        ),
        ({"indexingPolicy": {"includedPaths": [{"path": "/*"}]}}, "index", Standing.WARNING, "Everything is indexed"),
        ({"indexingPolicy": {"indexingMode": "none"}}, "index", Standing.MEND, "Its mode is none"),
        ({"defaultTtl": 3600}, "time to live", Standing.MEND, "end by themselves after 3600 seconds"),
        ({"defaultTtl": -1}, "time to live", Standing.WARNING, "It is on"),
    ],
)
def test_a_container_is_compared_with_what_the_store_needs(
    changed: Mapping[str, Any], name: str, standing: Standing, said: str
) -> None:
    (one,) = compared(container(**changed), "https://account.documents.azure.com:443/")
    assert (one.name, one.standing) == (name, standing)
    assert said in one.detail
    assert one.command.startswith("az rest --method put ") or standing is Standing.READY


async def test_a_database_is_looked_at_and_nothing_is_left_in_it() -> None:
    with CosmosEmulator() as emulator:
        missing = by_name(await records(emulator.connection, tenant="t"))
        assert missing["records"].standing is Standing.MEND
        assert "There is no container" in missing["records"].detail
        assert emulator.account.databases == {}, "a look makes nothing"
        emulator.account.make_database({"id": "fusion"})
        without = container(
            indexingPolicy={"indexingMode": "consistent", "includedPaths": [], "excludedPaths": [{"path": "/*"}]}
        )
        emulator.account.make_container("fusion", {"id": "records", **without})
        found = by_name(await records(emulator.connection, tenant="t"))
        assert found["index"].standing is Standing.MEND
        assert found["access"].detail == "A record was written, read and deleted."
        assert emulator.account.container("fusion", "records").items == {}


async def test_a_database_that_refuses_names_its_own_kind_of_role() -> None:
    with CosmosEmulator(token="another") as emulator:
        (told,) = await records(emulator.address, tenant="t", credential=Credential())  # type: ignore[arg-type]  # it signs in
    assert told.standing is Standing.MEND
    assert "refuses these credentials (401): give the identity the role Cosmos DB Built-in Data Contributor" in told.detail
    assert told.command.startswith("az cosmosdb sql role assignment create --account-name 127 ")


async def test_a_key_signs_and_a_vault_that_refuses_is_told_with_the_role() -> None:
    kept = KeyVault()
    async with listening(kept.answer) as (_, address):
        (told,) = await vault.key(f"{address}{kept.path}", credential=kept.credential)  # type: ignore[arg-type]  # it signs in
        assert (told.standing, told.detail) == (Standing.READY, "It signed, and the signature verifies.")
        kept.status = 403
        (told,) = await vault.key(f"{address}{kept.path}", credential=kept.credential)  # type: ignore[arg-type]
    assert told.standing is Standing.MEND
    assert '--role "Key Vault Crypto User"' in told.command


@pytest.mark.parametrize(
    ("status", "on_azure", "standing", "said"),
    [
        (200, False, Standing.READY, "can be read"),
        (200, True, Standing.MEND, "the platform has not put it in place"),
        (403, False, Standing.MEND, "The vault refuses this identity (403): give the identity the role Key Vault Secrets User"),
        (404, False, Standing.MEND, "There is no such secret"),
    ],
)
async def test_a_secret_that_a_setting_refers_to(status: int, on_azure: bool, standing: Standing, said: str) -> None:
    async with listening(lambda _: reply(status, {"value": "hush"})) as (heard, address):
        value = f"@Microsoft.KeyVault(SecretUri={address}/secrets/fusion-key/)"
        where = vault.referred(value)
        credential: Any = Credential()
        (told,) = await vault.secret("FUSION_GITHUB_KEY", where, on_azure=on_azure, credential=credential)
    assert (told.name, told.standing) == ("FUSION_GITHUB_KEY", standing)
    assert said in told.detail
    assert "hush" not in told.model_dump_json()
    assert heard.asked[0].target == "/secrets/fusion-key?api-version=7.4"


def test_both_ways_to_refer_to_a_secret_lead_to_it() -> None:
    assert vault.referred("@Microsoft.KeyVault(VaultName=v;SecretName=s)") == "https://v.vault.azure.net/secrets/s"
    assert vault.referred("plain") == ""


async def test_a_reference_to_somewhere_else_gets_no_token() -> None:
    (told,) = await vault.secret("FUSION_GITHUB_KEY", "http://example.org/secrets/x", on_azure=False)
    assert told.standing is Standing.MEND
    assert "refers to no secret in a vault" in told.detail


@pytest.mark.parametrize(
    ("ahead", "standing", "said"),
    [
        (0.0, Standing.READY, "within a second of 3 services"),
        (-90.0, Standing.WARNING, "90 seconds behind 3 services"),
        (400.0, Standing.MEND, "400 seconds ahead of 3 services"),
    ],
)
async def test_a_clock_is_compared_with_the_middle_of_the_services(ahead: float, standing: Standing, said: str) -> None:
    dates = iter([1_000.0, 1_000.0, 90_000.0])
    async with listening(lambda _: reply(401, date=formatdate(next(dates), usegmt=True))) as (heard, address):
        (told,) = await clock([f"{address}/{number}" for number in range(3)], now=lambda: 1_000.5 + ahead)
    assert (told.standing, said in told.detail) == (standing, True), told
    assert all("authorization" not in one.headers for one in heard.asked)
    (mute,) = await clock(["http://127.0.0.1:1/"])
    assert mute.standing is Standing.SKIPPED


def test_anchors_that_could_be_taken_back_are_told() -> None:
    assert immutable("anchors", "account.blob.core.windows.net", kept=True, hold=False).standing is Standing.READY
    told = immutable("anchors", "account.blob.core.windows.net", kept=False, hold=False)
    assert told.standing is Standing.MEND
    assert told.command.startswith("az storage container immutability-policy create --account-name account ")


@pytest.mark.parametrize(("policy", "standing"), [("true", Standing.READY), ("false", Standing.MEND)])
async def test_versions_that_could_be_kept_keep_no_anchor(policy: str, standing: Standing) -> None:
    def answer(_asked: Asked) -> bytes:
        immutability = {"x_ms_has_immutability_policy": policy, "x_ms_has_legal_hold": "false"}
        return reply(200, b"", **immutability, x_ms_immutable_storage_with_versioning_enabled="true")

    async with listening(answer) as (_, address):
        account = f"AccountName=a;AccountKey=c2VjcmV0;BlobEndpoint={address}/a"
        (told,) = await anchors(account, "evidence-anchors")
    assert told.standing is standing, told
    assert ("whether it is locked cannot be seen" in told.detail) is (standing is Standing.READY)


async def test_a_scheduler_that_is_away_is_said() -> None:
    (told,) = await hub("http://127.0.0.1:1", "fusion", seconds=5.0)
    assert told.standing is Standing.MEND
    assert told.detail.startswith("The Durable Task Scheduler at 127.0.0.1:1 ")


@pytest.mark.parametrize(
    ("status", "standing"), [(200, Standing.READY), (401, Standing.MEND), (404, Standing.MEND), (503, Standing.MEND)]
)
async def test_a_collector_takes_an_empty_export_or_is_told(status: int, standing: Standing) -> None:
    async with listening(lambda _: reply(status)) as (heard, address):
        (told,) = await sight.collector(f"{address}/", {"x-key": "k"})
    assert told.standing is standing
    asked = heard.asked[0]
    assert (asked.target, asked.body, asked.headers["x-key"]) == ("/v1/traces", b"", "k")


async def test_application_insights_takes_a_line_with_a_token_or_is_told() -> None:
    answers = iter([reply(200, {"itemsReceived": 1, "itemsAccepted": 1}), reply(403), reply(401), reply(439)])

    def answer(asked: Asked) -> bytes:
        (line,) = json.loads(asked.body)
        assert line["iKey"] == "k"
        return next(answers)

    credential: Any = Credential()
    async with listening(answer) as (heard, address):
        connection = f"InstrumentationKey=k;IngestionEndpoint={address}/"
        first = (await sight.insights(connection, "Authorization=AAD", credential=credential))[0]
        refused = (await sight.insights(connection, "Authorization=AAD", credential=credential))[0]
        keyed = (await sight.insights(connection, ""))[0]
        full = (await sight.insights(connection, ""))[0]
    assert first.standing is Standing.READY
    assert '--role "Monitoring Metrics Publisher"' in refused.command
    assert "Authorization=AAD" in keyed.detail
    assert "daily cap" in full.detail
    assert "authorization" not in heard.asked[2].headers
    (nonsense,) = await sight.insights("InstrumentationKey=k", "")
    assert nonsense.standing is Standing.MEND


async def test_who_signs_in_is_told_and_never_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    token = "h.eyJvaWQiOiAib2JqZWN0LTEiLCAidGlkIjogInRlbmFudC0xIn0.s"
    body = {"access_token": token, "expires_on": str(int(time.time()) + 3600), "resource": "https://management.azure.com"}
    async with listening(lambda _: reply(200, body)) as (_, address):
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{address}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        (told,) = await who(needed=True)
        assert told.detail == "system-assigned managed identity, object object-1, tenant tenant-1"
        (half,) = await who(needed=True, environ={"AZURE_CLIENT_SECRET": "s"})
    assert half.standing is Standing.MEND
    assert "AZURE_TENANT_ID and AZURE_CLIENT_ID not" in half.detail
    assert (await who(needed=False))[0].standing is Standing.SKIPPED
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    (away,) = await who(needed=True)
    assert away.detail.startswith("What gives tokens to the system-assigned managed identity did not answer")
