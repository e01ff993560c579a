"""Who signs in to Azure: what the environment says, one credential for all, and what is said where there is none."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from pathlib import Path
from urllib.parse import parse_qs

import pytest

pytest.importorskip("azure.identity")

from azure.core.exceptions import AzureError, ClientAuthenticationError

from fusion.adapters.azure.credentials import Kind, Principal, identity, principal, read, signed_in, signed_in_here
from fusion.adapters.azure.roles import ROLES, granted
from fusion.errors import UserError
from tests.fakes.scripted_http import Asked, listening, reply

SERVICE = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}
ACTIONS = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://a", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"}


def token(**claims: str) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"head.{part}.signature"


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({**SERVICE, "AZURE_CLIENT_SECRET": "s"}, Kind.SECRET),
        ({**SERVICE, "AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"}, Kind.CERTIFICATE),
        ({**SERVICE, "AZURE_FEDERATED_TOKEN_FILE": "/token", "IDENTITY_ENDPOINT": "http://x"}, Kind.WORKLOAD),
        ({**SERVICE, **ACTIONS}, Kind.ACTIONS),
        (ACTIONS, Kind.DEVELOPER),
        ({"IDENTITY_ENDPOINT": "http://x"}, Kind.MANAGED),
        ({"IDENTITY_ENDPOINT": "http://x", "AZURE_CLIENT_ID": "c"}, Kind.MANAGED),
        ({"AZURE_TENANT_ID": "t"}, Kind.DEVELOPER),
        ({}, Kind.DEVELOPER),
    ],
)
def test_the_environment_says_who_signs_in(environ: dict[str, str], kind: Kind) -> None:
    found = identity(environ)
    assert found.kind is kind
    assert found.client == environ.get("AZURE_CLIENT_ID", "")
    assert identity(environ, client="other").client == "other"


@pytest.mark.parametrize("last", ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"])
def test_half_of_a_principal_is_said_and_not_passed_over(last: str) -> None:
    with pytest.raises(UserError, match=f"{last} is set and AZURE_TENANT_ID and AZURE_CLIENT_ID not"):
        identity({last: "x"})


def test_what_a_token_says_is_told_and_nonsense_is_nobody() -> None:
    told = read(token(oid="o", appid="a", tid="t", upn="ada@example.org"))
    assert told == Principal(object="o", client="a", tenant="t", name="ada@example.org")
    for nonsense in ("", "a.b", "a.!!.c", "a.W10.c", "a." + "e30"):
        assert read(nonsense) == Principal()


async def test_adapters_of_a_loop_share_one_credential_and_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The managed identity of an app, as the real SDK asks for it."""

    def answer(asked: Asked) -> bytes:
        assert asked.headers["x-identity-header"] == "secret"
        told = {"access_token": token(oid="the-object"), "expires_on": str(int(time.time()) + 3600)}
        return reply(200, {**told, "resource": parse_qs(asked.target.partition("?")[2])["resource"][0]})

    async with listening(answer) as (heard, address):
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{address}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        one, other = signed_in(), signed_in()
        assert principal() == Principal()
        first = await one.get_token("https://vault.azure.net/.default")
        assert first.token == (await other.get_token("https://vault.azure.net/.default")).token
        assert len(heard.asked) == 1
        assert principal().object == "the-object"
        await one.close()
        assert (await other.get_token("https://vault.azure.net/.default")).token == first.token
        await other.close()
        await other.close()
        # Closed, and opened anew by the next.
        async with signed_in() as again:
            await again.get_token("https://vault.azure.net/.default")
        assert len(heard.asked) == 2
        ours = signed_in_here()
        told = await asyncio.to_thread(ours.get_token, "https://durabletask.io/.default")
        assert told.token == first.token


async def test_a_missing_identity_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(lambda _: reply(400, {"statusCode": 400, "message": "No identity found"})) as (_, address):
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{address}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        monkeypatch.setenv("AZURE_CLIENT_ID", "client-1")
        async with signed_in() as credential:
            with pytest.raises(ClientAuthenticationError, match="assign the identity with the client id client-1 to this app"):
                await credential.get_token("https://vault.azure.net/.default")


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"AZURE_TENANT_ID": "not one!", "AZURE_CLIENT_SECRET": "s"}, "secret can be made of the environment .Invalid tenant"),
        ({"AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere.pem"}, "certificate can be made of the environment .*No such file"),
        ({"AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": "http://x"}, "secret can be made of the environment .*authority"),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/nowhere"}, r"no token for workload identity, client c .*No such file.*: see that"),
    ],
)
async def test_what_the_sdk_cannot_use_is_a_sentence(
    environ: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", **environ}
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    with pytest.raises((UserError, ClientAuthenticationError), match=why):
        async with signed_in(whole) as credential:
            await credential.get_token("https://x/.default")


async def test_a_job_of_github_actions_shows_its_own_token(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(lambda _: reply(200, {"value": token(sub="repo:octo/shop")})) as (heard, address):
        # Nobody is Entra ID here: what is asked of GitHub is what counts.
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:1")
        environ = {**SERVICE, "ACTIONS_ID_TOKEN_REQUEST_URL": f"{address}/token?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job"}
        async with signed_in(environ) as credential:
            with pytest.raises(AzureError):
                await asyncio.wait_for(credential.get_token("https://vault.azure.net/.default", retry_total=0), 60)
    (asked,) = heard.asked
    assert asked.target == "/token?v=1&audience=api%3A%2F%2FAzureADTokenExchange"
    assert asked.headers["authorization"] == "Bearer job"
    async with signed_in(environ) as credential:
        with pytest.raises(ClientAuthenticationError, match="GitHub Actions gave no token"):
            await credential.get_token("https://vault.azure.net/.default")


def test_the_templates_grant_roles_of_the_same_names_and_ids() -> None:
    table = json.loads((Path(__file__).parents[2] / "bicep" / "roles.json").read_text(encoding="utf-8"))
    templates = {role["id"]: role["name"] for role in table.values()}
    ours = {role.id: role.name for role in ROLES.values()}
    assert templates.items() <= ours.items()
    # One is for whoever looks, and the other for a connector that a models file may name.
    assert ours.keys() - templates.keys() <= {ROLES["servicebus-owner"].id, ROLES["inference"].id}


def test_the_page_has_each_role_with_its_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "authentication.md").read_text(encoding="utf-8")
    rows = [f"| {role.name} | `{role.on}` | {role.reason} |" for role in ROLES.values()]
    assert "\n".join(rows) in page


def test_each_role_has_a_command_that_grants_it() -> None:
    ids = [role.id for role in ROLES.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", id) for id in ids)
    said = granted("servicebus-sender", "bus-1.servicebus.windows.net", "who")
    assert said == (
        "give the identity the role Azure Service Bus Data Sender: `az role assignment create --assignee who"
        ' --role "Azure Service Bus Data Sender" --scope "$(az resource list --name bus-1 --resource-type'
        ' Microsoft.ServiceBus/namespaces --query [0].id --output tsv)"`'
    )
    cosmos = ROLES["cosmos"].command("records.documents.azure.com:443")
    assert cosmos.startswith("az cosmosdb sql role assignment create --account-name records --resource-group ")
    assert cosmos.endswith("--principal-id OBJECT_ID --scope /")
