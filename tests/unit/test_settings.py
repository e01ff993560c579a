from __future__ import annotations

import os
from pathlib import Path

import pytest

from fusion import settings
from fusion.errors import UserError
from fusion.settings import ENVIRONMENT, Settings, read


def test_defaults() -> None:
    read = settings.read({})
    assert read.tenant == "local"
    assert read.evidence == "auto"
    assert read.parallel >= 2
    assert read.github_token is None


def test_the_environment_is_read() -> None:
    read = settings.read({"FUSION_HOME": "/somewhere", "FUSION_PARALLEL": "7", "GITHUB_TOKEN": "t", "FUSION_GITHUB_API": ""})
    assert read.home == Path("/somewhere")
    assert read.parallel == 7
    assert read.github_token is not None
    assert "t" not in repr(read.github_token).replace("SecretStr", "")


def test_the_default_home_follows_xdg() -> None:
    assert settings.default_home({"XDG_STATE_HOME": "/state"}) == Path("/state/fusion")


def test_folders_of_knowledge_are_divided_like_those_of_path() -> None:
    assert settings.read({"FUSION_KNOWLEDGE": os.pathsep.join(["/a", "", "/b c"])}).knowledge == (Path("/a"), Path("/b c"))
    assert settings.read({}).knowledge == ()
    with pytest.raises(UserError, match=r"FUSION_KNOWLEDGE is not usable: 'k' is not an absolute path: write "):
        settings.read({"FUSION_KNOWLEDGE": f"/a{os.pathsep}k"})


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("FUSION_ADVISORIES", "../osv", str(Path.cwd().parent / "osv")),
        ("FUSION_ADVISORIES", "./my osv/", f"'{Path.cwd() / 'my osv'}'"),
        ("FUSION_MODELS", "~/models.toml", str(Path.home() / "models.toml")),
        ("FUSION_TSA_ROOT", "root.pem", str(Path.cwd() / "root.pem")),
        ("FUSION_EVIDENCE_KEY", "key.pem", str(Path.cwd() / "key.pem")),
        ("FUSION_KNOWLEDGE", f"/a{os.pathsep}k", f"/a{os.pathsep}{Path.cwd() / 'k'}"),
    ],
)
def test_a_path_that_is_not_absolute_is_told_in_the_form_that_can_be_pasted(name: str, value: str, written: str) -> None:
    with pytest.raises(UserError) as told:
        settings.read({name: value})
    assert str(told.value).endswith(f": write {written}.")


def test_the_models_file_lies_outside_of_what_is_reviewed() -> None:
    assert settings.read({"FUSION_MODELS": "/etc/fusion/models.toml"}).models == Path("/etc/fusion/models.toml")
    assert settings.read({}).models is None
    with pytest.raises(UserError, match=r"FUSION_MODELS is not usable: 'models.toml' is not an absolute path: write "):
        settings.read({"FUSION_MODELS": "models.toml"})


@pytest.mark.parametrize(
    ("name", "value"), [("FUSION_PARALLEL", "many"), ("FUSION_EVIDENCE", "maybe"), ("FUSION_GITHUB_API", "ftp://x")]
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(UserError, match=name):
        settings.read({name: value})


def test_a_reference_that_azure_did_not_resolve_is_no_secret() -> None:
    reference = "@Microsoft.KeyVault(SecretUri=https://kv-fusion.vault.azure.net/secrets/fusion-webhook/)"
    with pytest.raises(
        UserError, match=r"FUSION_WEBHOOK_SECRET is not usable: Azure did not resolve the reference to Key Vault"
    ):
        settings.read({"FUSION_WEBHOOK_SECRET": reference})


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, field in ENVIRONMENT.items()
        if any(getattr(one, "pattern", None) for one in Settings.model_fields[field].metadata)
    ],
)
def test_what_a_value_looks_like_is_said_in_words(name: str) -> None:
    with pytest.raises(UserError, match=rf"^The environment variable {name} is not usable: (it is|a task hub)") as error:
        read({name: "no such thing"})
    assert "pattern" not in str(error.value)
