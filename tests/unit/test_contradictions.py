"""Settings that contradict each other, or say half: each by itself is fine."""

from __future__ import annotations

import pytest

from fusion.contradictions import contradictions
from fusion.ports.checkup import Standing
from fusion.settings import read

BUS = "bus.servicebus.windows.net"
KEY = "Endpoint=sb://bus.servicebus.windows.net/;SharedAccessKeyName=R;SharedAccessKey=S"
SOUND = {
    "FUSION_SERVICEBUS__fullyQualifiedNamespace": BUS,
    "FUSION_COSMOS": "https://a.documents.azure.com:443/",
    "FUSION_BLOBS": "https://a.blob.core.windows.net",
    "FUSION_TENANT": "ours",
    "FUSION_EVIDENCE_KEY": "https://v.vault.azure.net/keys/k/1",
}
NOTHING = dict.fromkeys(("FUSION_SERVICEBUS__fullyQualifiedNamespace", "FUSION_COSMOS", "FUSION_BLOBS"), "")
APP = {"WEBSITE_SITE_NAME": "app"}


def said(**environ: str) -> list[tuple[str, Standing]]:
    return [(one.name, one.standing) for one in contradictions(read(environ), environ)]


def test_what_is_sound_is_said_to_be() -> None:
    assert said(**SOUND) == [("together", Standing.READY)]
    assert said(**SOUND, FUSION_SCHEDULER="http://127.0.0.1:8080") == [("together", Standing.READY)]
    bot = {"FUSION_GITHUB_APP": "1", "FUSION_GITHUB_KEY": "k", "FUSION_WEBHOOK_SECRET": "0123456789abcdef"}
    user = {"AZURE_CLIENT_ID": "c", "FUSION_SERVICEBUS__clientId": "c", "FUSION_SERVICEBUS__credential": "managedidentity"}
    assert said(**SOUND, **APP, **bot, **user) == [("together", Standing.READY)]


@pytest.mark.parametrize(
    ("environ", "name", "standing"),
    [
        ({"FUSION_GITHUB_APP": "1"}, "FUSION_WEBHOOK_SECRET", Standing.MEND),
        ({"FUSION_COSMOS": ""}, "FUSION_COSMOS", Standing.WARNING),
        ({"FUSION_COSMOS": "", **APP}, "FUSION_COSMOS", Standing.MEND),
        ({"FUSION_TENANT": ""}, "FUSION_TENANT", Standing.WARNING),
        ({"FUSION_EVIDENCE_KEY": ""}, "FUSION_EVIDENCE_KEY", Standing.WARNING),
        ({"FUSION_SERVICEBUS": KEY.replace("bus.", "other.")}, "FUSION_SERVICEBUS", Standing.MEND),
        ({"FUSION_SERVICEBUS": KEY}, "FUSION_SERVICEBUS", Standing.WARNING),
        ({"FUSION_SERVICEBUS": BUS, **APP}, "FUSION_SERVICEBUS", Standing.MEND),
        ({"FUSION_SERVICEBUS__clientId": "c", "AZURE_CLIENT_ID": "c"}, "FUSION_SERVICEBUS__credential", Standing.MEND),
        (
            {"FUSION_SERVICEBUS__clientId": "c", "FUSION_SERVICEBUS__credential": "managedidentity", "AZURE_CLIENT_ID": "d"},
            "FUSION_SERVICEBUS__clientId",
            Standing.MEND,
        ),
        ({"AZURE_CLIENT_ID": "c", **APP}, "FUSION_SERVICEBUS__clientId", Standing.MEND),
        ({"AZURE_CLIENT_SECRET": "s", "AZURE_FEDERATED_TOKEN_FILE": "/f"}, "AZURE_FEDERATED_TOKEN_FILE", Standing.WARNING),
        ({"AZURE_CLIENT_SECRET": "s", "IDENTITY_ENDPOINT": "http://x"}, "AZURE_CLIENT_SECRET", Standing.WARNING),
        ({"FUSION_EVIDENCE_TOKEN": "0" * 32}, "FUSION_EVIDENCE_TOKEN", Standing.WARNING),
        (
            {
                "FUSION_EVIDENCE_TOKEN": "0" * 32,
                "FUSION_EVIDENCE_SERVICE": "https://r.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p",
            },
            "FUSION_EVIDENCE_TOKEN",
            Standing.MEND,
        ),
        ({"FUSION_EVIDENCE_SERVICE": "https://e", "FUSION_EVIDENCE": "off"}, "FUSION_EVIDENCE", Standing.WARNING),
        ({"FUSION_EVIDENCE": "local", **APP}, "FUSION_EVIDENCE", Standing.WARNING),
        (
            {"APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Authorization=AAD"},
            "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
            Standing.WARNING,
        ),
        (
            {
                "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=k",
                "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Key=AAD",
            },
            "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
            Standing.MEND,
        ),
        ({"FUSION_TELEMETRY_CONTENT": "on"}, "FUSION_TELEMETRY_CONTENT", Standing.WARNING),
        ({"FUSION_COSMOS": "", "FUSION_SCHEDULER": "https://s.x.durabletask.io"}, "FUSION_COSMOS", Standing.MEND),
        ({**NOTHING, "FUSION_SCHEDULER": "https://s.x.durabletask.io"}, "FUSION_SERVICEBUS", Standing.MEND),
        ({"FUSION_SCHEDULER": "http://emulator:8080"}, "FUSION_SCHEDULER", Standing.WARNING),
        ({"FUSION_SCHEDULER": "https://s.x.durabletask.io", **APP}, "FUSION_SCHEDULER", Standing.WARNING),
    ],
)
def test_each_contradiction_is_said_under_the_name_of_a_setting(environ: dict[str, str], name: str, standing: Standing) -> None:
    together = {key: value for key, value in {**SOUND, **environ}.items() if value}
    assert (name, standing) in said(**together)


def test_no_secret_is_told() -> None:
    told = contradictions(read({"FUSION_SERVICEBUS": KEY}), {**SOUND, "FUSION_SERVICEBUS": KEY.replace("bus.", "other.")})
    assert not any("SharedAccessKey" in one.detail for one in told)
