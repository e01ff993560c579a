from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.errors import PolicyError, UserError
from fusion.model import Work
from fusion.routing import addresses, catalogue

FOUNDRY = """
[endpoints.foundry]
kind = "openai"
address = "https://acme.openai.azure.com/openai/v1/"
model = "gpt-4.1"
region = "swedencentral"
"""


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        catalogue.load(text, origin="models.toml")
    return str(caught.value)


def endpoint(**keys: str) -> str:
    values = {"kind": '"openai"', "address": '"https://models.acme.example/v1"', "model": '"gpt-4.1"'} | keys
    return "[endpoints.a]\n" + "\n".join(f"{key} = {value}" for key, value in values.items() if value) + "\n"


def test_the_shipped_catalogue_dates_every_price_and_figure() -> None:
    models = catalogue.shipped().models
    assert {"gpt-4.1", "qwen2.5-coder-1.5b-instruct", "smollm2-135m"} <= set(models)
    dated = [card.price for card in models.values() if card.price] + [
        f for card in models.values() for f in card.figures.values()
    ]
    assert all(one.date <= datetime.date(2026, 11, 22) and one.source for one in dated)


def test_the_page_says_what_the_catalogue_does() -> None:
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
    for name, card in catalogue.shipped().models.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        price = card.price
        told = [card.size, f"{card.context:,}", card.quantisation]
        told += [f"{price.input:.2f}, {price.cached:g}", f"{price.output:.2f}", str(price.date)] if price else []
        told += [f"{work} {figure.value:g}" for work, figure in card.figures.items() if figure.counts]
        assert [text for text in told if text not in row.replace("0.50,", "0.5,").replace("0.10,", "0.1,")] == [], name
    documented = set(re.findall(r"`([a-z_]+)`", page))
    for kind in (catalogue.Endpoint, catalogue.ModelCard, catalogue.Price, catalogue.Figure, catalogue.HostCaps):
        assert set(kind.model_fields) - {"name", "figures"} <= documented, kind


def test_what_is_known_of_small_models_is_on_record() -> None:
    card = catalogue.shipped().models["qwen2.5-coder-1.5b-instruct"]
    review, triage = card.figure(Work.REVIEW), card.figure(Work.TRIAGE)
    assert review is not None
    assert not review.counts
    assert triage is not None
    assert (triage.value, triage.counts) == (0.75, True)
    assert card.quantisation == "Q4_K_M"


def test_an_endpoint_takes_what_its_model_takes_unless_it_says_otherwise() -> None:
    models = catalogue.load(
        endpoint(model='"gpt-5.1"') + FOUNDRY + 'deployment = "prod"\nstructured = false\nkey = "FOUNDRY_KEY"\n', origin="m"
    )
    thinker, other = models.endpoints
    assert (thinker.temperature, thinker.max_completion_tokens, thinker.structured) == (False, True, True)
    assert (other.temperature, other.max_completion_tokens, other.structured) == (True, False, False)
    assert (thinker.asked_for, other.asked_for) == ("gpt-5.1", "prod")
    assert (thinker.sign_in, other.sign_in) == ("none", "key")


def test_the_operators_keys_lie_over_the_shipped_ones() -> None:
    text = """
    [caps]
    currency = "EUR"
    run = 0.5
    [models."gpt-4.1".price]
    input = 1.8
    output = 7.2
    currency = "EUR"
    date = 2026-11-01
    source = "our agreement"
    [models."gpt-4.1".figures.review]
    metric = "f1"
    value = 0.61
    dataset = "starter"
    date = 2026-11-02
    source = "fusion eval review"
    """
    models = catalogue.load(text + FOUNDRY, origin="models.toml")
    card = models.models["gpt-4.1"]
    assert card.price is not None
    assert card.price.of(input_tokens=1_000_000, output_tokens=100_000, cached_tokens=500_000) == pytest.approx(1.8 + 0.72)
    assert (card.figures[Work.REVIEW].published, card.figures[Work.FIX].published) == (False, True)
    assert card.context == catalogue.shipped().models["gpt-4.1"].context
    assert (models.caps.run, models.caps.month) == (0.5, catalogue.HostCaps().month)
    assert models.digest != catalogue.load(FOUNDRY.replace("gpt-4.1", "gpt-5.1"), origin="m").digest


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[endpoint.a]\n", "models.toml, line 1: `endpoint`: there is no such key; did you mean `endpoints`?"),
        (endpoint(adress='"x"'), "models.toml, line 5: `endpoints.a.adress`: there is no such key; did you mean `address`?"),
        (
            endpoint(kind='"opnai"'),
            "models.toml, line 2: `endpoints.a.kind`: `opnai` is not known here; did you mean `openai`?",
        ),
        (endpoint(model=""), "models.toml, line 1: `endpoints.a`: the key `model` is missing, a text."),
        (endpoint(local='"yes"'), "models.toml, line 5: `endpoints.a.local`: it must be true or false, not `yes`."),
        (
            endpoint(roles='["revue"]'),
            "models.toml, line 5: `endpoints.a.roles`: `revue` is not known here; did you mean `review`?",
        ),
        (FOUNDRY + FOUNDRY, "models.toml: line 8: `endpoints.foundry`: the name is used twice."),
        (endpoint() + 'model = "b"', "models.toml: line 5: the key is there already."),
        ("[caps]\nrun = -1", "models.toml, line 2: `caps.run`: it must be a number from 0 up, not `-1`."),
        ("[caps]\ncurrency = 'usd'", "models.toml, line 2: `caps.currency`: it must look like ^[A-Z]{3}$."),
        ("[caps]\nrun = nan", "models.toml, line 2: `caps.run`: it must be a number from 0 up, not `nan`."),
        (
            '[models."x y"]',
            'models.toml, line 1: `models."x y"`: a name has letters, digits and any of . _ : / - and at most 100',
        ),
        (
            "[models.m]\nsize = 'large'",
            "models.toml, line 1: `models.m`: the key `context` is missing, a whole number from 1 up.",
        ),
        (
            endpoint(roles='"review"'),
            "models.toml, line 5: `endpoints.a.roles`: it must be a list of any of triage, summarise, document, review,",
        ),
        (endpoint(roles="[1]"), "models.toml, line 5: `endpoints.a.roles`: `1` is not known here; there are triage,"),
        (endpoint(kind='["openai"]'), "models.toml, line 2: `endpoints.a.kind`: it must be one of openai, inference, worker,"),
        (endpoint(temperature="1"), "models.toml, line 5: `endpoints.a.temperature`: it must be true or false, not `1`."),
        (
            endpoint(address='"http://10.0.0.3/v1"'),
            "models.toml, line 3: `endpoints.a.address`: `address` must begin with https://; without TLS only this machine",
        ),
        (endpoint(address='"https://acme.example:99999/"'), "models.toml, line 3: `endpoints.a.address`: `address` must be a"),
        ('[[endpoints]]\nname = "a"', "models.toml, line 1: `endpoints`: it must be a table, [endpoints...], not a list."),
        ('[endpoints.a]\nkind = """x', "models.toml: line 2: not valid TOML: unterminated string."),
        ("endpoints = 1", "models.toml, line 1: `endpoints`: it must be a table, [endpoints...], not `1`."),
    ],
)
def test_a_mistake_is_one_sentence_with_line_and_key(text: str, sentence: str) -> None:
    assert refusal(text).startswith(sentence)


def test_a_figure_needs_its_date_without_quotes() -> None:
    text = '[models."gpt-4.1".figures.review]\nmetric = "f1"\nvalue = 1\ndataset = "d"\nsource = "s"\ndate = "2026-11-05"'
    assert refusal(text) == (
        'models.toml, line 6: `models."gpt-4.1".figures.review.date`: it must be a date such as 2026-11-05, without quotes,'
        " not `2026-11-05`."
    )


def test_names_differ_by_more_than_capitals() -> None:
    assert "must differ by more than capitals" in refusal(FOUNDRY + FOUNDRY.replace("foundry]", "Foundry]"))


def test_an_unknown_model_is_refused_with_the_nearest() -> None:
    sentence = refusal(endpoint(model='"gpt-4.2"'))
    assert sentence.startswith("models.toml, line 4: `endpoints.a.model`: there is no model `gpt-4.2` in the catalogue, and no")
    assert sentence.endswith("did you mean `gpt-4.1`?")


def test_prices_and_caps_are_in_one_currency() -> None:
    assert "the price of gpt-4.1 is in USD and `caps.currency` is EUR" in refusal('[caps]\ncurrency = "EUR"\n' + FOUNDRY)


@pytest.mark.parametrize(
    "keys", [{"key": '"sk-hunter2-0123"'}, {"address": '"https://me:hunter2@acme.example/"'}, {"key": "['hunter2']"}]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(keys: dict[str, str]) -> None:
    assert "hunter2" not in refusal(endpoint(**keys))


@pytest.mark.parametrize(
    ("kind", "address", "local", "reason", "fine"),
    [
        ("openai", "http://127.0.0.1:8080/v1", True, "", True),
        ("openai", "http://[::1]:8080/v1", True, "", True),
        ("openai", "http://localhost:8080", True, "", True),
        ("openai", "http://10.0.0.7/v1", False, "", False),
        ("openai", "https://10.0.0.7/v1", True, "", True),
        ("openai", "https://gpu.acme.internal/v1", True, "", False),
        ("openai", "https://gpu.acme.internal/v1", True, "our rack", True),
        ("openai", "https://api.openai.com/v1", True, "believe me", False),
        ("openai", "http://127.0.0.1.acme.example/v1", False, "", False),
        ("openai", "https://acme.example/v1?key=1", False, "", False),
        ("openai", "https://ac me/v1", False, "", False),
        ("openai", "ftp://acme.example/", False, "", False),
        ("openai", "", False, "", False),
        ("inference", "https://acme.services.ai.azure.com/models", False, "", True),
        ("worker", "", True, "our own GPU node", True),
        ("worker", "", True, "", False),
        ("worker", "https://acme.example/", False, "", False),
        ("exchange", "/srv/exchange", False, "", True),
        ("exchange", "exchange", False, "", False),
    ],
)
def test_where_an_endpoint_may_be(kind: str, address: str, local: bool, reason: str, fine: bool) -> None:
    text = endpoint(
        kind=f'"{kind}"', address=f'"{address}"', local=str(local).lower(), local_reason=f'"{reason}"', model='"gpt-4.1"'
    )
    if fine:
        assert catalogue.load(text, origin="m").endpoints[0].local is local
    else:
        assert refusal(text).startswith("models.toml, line")


def test_tokens_of_entra_go_to_azures_own_models_alone() -> None:
    assert addresses.is_azure("https://acme.openai.azure.com/openai/v1/")
    assert addresses.is_azure("https://acme.services.ai.azure.com/models")
    for address in ("https://evil.cloudapp.azure.com/", "https://openai.azure.com.evil.example/", "http://a.openai.azure.com/"):
        assert not addresses.is_azure(address), address


PIECES = st.sampled_from([*FOUNDRY.splitlines(), "[caps]", "a.b = {}", "[[x]]"])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120) | st.lists(PIECES).map("\n".join))
def test_any_text_is_a_file_or_one_sentence(text: str) -> None:
    said = "models.toml, all of it"
    try:
        catalogue.load(text, origin="models.toml")
    except PolicyError as error:
        said = str(error)
    assert said.startswith("models.toml")
    assert "\n" not in said


def test_a_file_is_read_as_it_is_or_refused(tmp_path: Path) -> None:
    assert catalogue.read(None) == catalogue.shipped()
    file = tmp_path / "models.toml"
    with pytest.raises(UserError, match=r"FUSION_MODELS\) cannot be read: No such file"):
        catalogue.read(file)
    file.write_bytes(b"\xff")
    with pytest.raises(PolicyError, match="not UTF-8"):
        catalogue.read(file)
    for unfit in (tmp_path, Path("/dev/zero")):
        with pytest.raises(UserError, match=r"FUSION_MODELS\) is a folder, a pipe or a device; a models file is a plain file"):
            catalogue.read(unfit)
    file.write_bytes(b"#" * 4_000_001)
    with pytest.raises(PolicyError, match="has 4,000,001 bytes; a models file has a few thousand"):
        catalogue.read(file)
    file.write_text("\ufeff" + FOUNDRY, "utf-8")
    assert [one.name for one in catalogue.read(file).endpoints] == ["foundry"]
