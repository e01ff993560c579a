from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.model import Call, ChatMessage, Ending, Limits, NoRoute, Prompt, Route, Source, Urgency, Work
from fusion.policy import Policy
from fusion.policy.rules import Models
from fusion.routing import catalogue, residency, retry
from fusion.routing.catalogue import may_do
from fusion.routing.health import Breakers, Snapshot, Standing, State
from fusion.routing.route import Ask, choose, weigh

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = """
[endpoints.sweden]
kind = "openai"
address = "https://s.openai.azure.com/openai/v1/"
model = "gpt-4.1"
region = "swedencentral"
[endpoints.france]
kind = "openai"
address = "https://f.openai.azure.com/openai/v1/"
model = "gpt-4.1"
region = "francecentral"
[endpoints.mini]
kind = "openai"
address = "https://s.openai.azure.com/openai/v1/"
model = "gpt-4.1-mini"
region = "swedencentral"
[endpoints.thinker]
kind = "openai"
address = "https://e.openai.azure.com/openai/v1/"
model = "gpt-5.1"
region = "eastus2"
[endpoints.worker]
kind = "worker"
model = "qwen2.5-coder-7b-instruct"
local = true
local_reason = "our own GPU node"
[endpoints.vectors]
kind = "openai"
address = "https://s.openai.azure.com/openai/v1/"
model = "text-embedding-3-small"
region = "swedencentral"
"""
MODELS = catalogue.load(HOST, origin="models.toml")
REVIEWER = """
[models."qwen2.5-coder-7b-instruct".figures.review]
metric = "f1"
value = 0.3
dataset = "starter"
date = 2026-11-02
source = "fusion eval review"
"""
WITH_LOCAL = catalogue.load(HOST + REVIEWER, origin="models.toml")


def prompt(work: Work = Work.REVIEW, *paths: str, output: int = 1500) -> Prompt:
    return Prompt(
        agent="code-review",
        work=work,
        messages=(ChatMessage(role="system", text="s"),),
        schema_name="findings",
        reply_schema={},
        limits=Limits(output_tokens=output),
        sources=tuple(Source(path=path, bytes=10) for path in paths or ("app/x.py",)),
    )


def asked(work: Work = Work.REVIEW, *paths: str, tokens: int = 4000, output: int = 1500, **more: Any) -> Ask:
    policy = Policy(models=Models(**more.pop("policy", {})))
    return Ask(work=work, prompt=prompt(work, *paths, output=output), tokens=tokens, policy=policy, **more)


def call(endpoint: str, ending: Ending, models: catalogue.ModelsFile = MODELS) -> Call:
    there = models.endpoint(endpoint)
    assert there is not None
    # Endpoints answer with names of their own for their models.
    return Call(agent="code-review", work=Work.REVIEW, endpoint=endpoint, model=f"{there.model}-2025-04-14", ending=ending)


def chosen(ask: Ask, models: catalogue.ModelsFile = MODELS, **more: Any) -> str:
    given: dict[str, Any] = {"breakers": Breakers(), "at": START} | more
    route = choose(ask, models, **given)
    assert isinstance(route, Route), route
    return route.endpoint


def refused(ask: Ask, models: catalogue.ModelsFile = MODELS, **more: Any) -> NoRoute:
    given: dict[str, Any] = {"breakers": Breakers(), "at": START} | more
    route = choose(ask, models, **given)
    assert isinstance(route, NoRoute), route
    return route


def test_hard_works_go_to_a_large_model_in_the_cloud() -> None:
    route = choose(asked(), WITH_LOCAL, breakers=Breakers(), at=START)
    assert isinstance(route, Route)
    assert (route.endpoint, route.kind, route.model, route.region) == ("sweden", "cloud", "gpt-4.1", "swedencentral")
    assert route.why == "sweden: review is hard work, and gpt-4.1 is a large model."
    assert route.bound == (4000 * 2 + 1500 * 8) / 1e6
    assert 0 < route.likely < route.bound


def test_cheap_works_go_to_the_local_model_while_its_queue_is_short() -> None:
    ask = asked(Work.SUMMARISE)
    assert chosen(ask) == "worker"
    assert chosen(ask, waiting={Urgency.BACKFILL: 1000, Urgency.AGAIN: 9}) == "worker"
    assert chosen(ask, waiting={Urgency.PULL: 5, Urgency.PERSON: 4}) == "mini"
    assert chosen(ask.model_copy(update={"urgency": Urgency.BACKFILL}), waiting={Urgency.PULL: 500}) == "worker"
    assert chosen(ask, waiting={Urgency.PULL: 50}, left=0.0) == "worker"


@pytest.mark.parametrize("work", [Work.TRIAGE, Work.REVIEW, Work.VERIFY, Work.FIX])
def test_no_figure_on_record_no_findings(work: Work) -> None:
    card = MODELS.models["qwen2.5-coder-7b-instruct"]
    assert may_do(card, work) == f"there is no figure on record for how well qwen2.5-coder-7b-instruct does {work}"
    assert bool(may_do(WITH_LOCAL.models[card.name], work)) is (work is Work.FIX)
    assert may_do(card, Work.SUMMARISE) == ""


def test_a_figure_no_better_than_guessing_does_not_count() -> None:
    card = MODELS.models["qwen2.5-coder-1.5b-instruct"]
    assert "was no better than guessing at review" in may_do(card, Work.REVIEW)
    assert may_do(card, Work.TRIAGE) == ""


def test_the_smallest_model_is_asked_nothing_by_itself() -> None:
    assert all(may_do(MODELS.models["smollm2-135m"], work) for work in Work)


def test_a_model_that_is_evaluated_is_asked_without_figures(tmp_path: Path) -> None:
    models = catalogue.exchanged(tmp_path)
    assert all(chosen(asked(work), models) == "exchange" for work in Work)
    answer = choose(asked(tokens=100_000), models, breakers=Breakers(), at=START, left=0.0)
    assert isinstance(answer, Route)
    assert (answer.bound, answer.local) == (0.0, False)


def test_what_policy_keeps_local_goes_to_a_local_endpoint_or_nowhere() -> None:
    policy = {"local": ("secrets/**",)}
    assert chosen(asked(Work.REVIEW, "app/x.py", policy=policy), WITH_LOCAL) == "sweden"
    for path in ("secrets/key.py", "Secrets/key.py"):
        assert chosen(asked(Work.REVIEW, "app/x.py", path, policy=policy), WITH_LOCAL) == "worker"
        answer = refused(asked(Work.REVIEW, path, policy=policy))
        assert f"sweden: policy keeps {path} local" in answer.why
        assert answer.wait == 0
    assert chosen(asked(Work.REVIEW, "README.md", policy={"local": ("**",)}), WITH_LOCAL) == "worker"
    composed, taken_apart = "caf\u00e9/a.py", "cafe\u0301/a.py"
    assert chosen(asked(Work.REVIEW, taken_apart, policy={"local": (composed,)}), WITH_LOCAL) == "worker"
    assert chosen(asked(Work.REVIEW, "a.py", policy={"local": ("a/**", "!")}), WITH_LOCAL) == "worker"


def test_a_prompt_that_does_not_say_what_it_carries_stays_local() -> None:
    ask = asked(policy={"local": ("secrets/**",)})
    silent = ask.model_copy(update={"prompt": ask.prompt.model_copy(update={"sources": ()})})
    assert "does not say which it carries" in refused(silent).why


def test_regions_and_visibility_bound_the_cloud_and_not_what_is_local() -> None:
    assert chosen(asked(policy={"regions": ("France Central",)})) == "france"
    answer = refused(asked(policy={"regions": ("uksouth",)}))
    assert "sweden: it is in swedencentral, and policy allows uksouth" in answer.why
    assert chosen(asked(policy={"regions": ("uksouth",)}), WITH_LOCAL) == "worker"
    public = catalogue.load(HOST.replace('"francecentral"', '"francecentral"\nvisibility = ["public"]'), origin="m")
    told = {one.endpoint.name: one.refusal for one in weigh(asked(visibility="private"), public, breakers=Breakers(), at=START)}
    assert told["france"] == "it is for public repositories, and this one is private"


def test_policy_may_ask_no_model_at_all_and_a_host_may_have_none() -> None:
    assert refused(asked(policy={"use": False})).why == "Policy says that no model is asked (models.use)."
    assert "FUSION_MODELS" in refused(asked(), catalogue.shipped()).why


def test_an_outage_leads_to_the_same_model_elsewhere_then_to_another_then_here_then_back() -> None:
    tried: tuple[Call, ...] = ()
    order = []
    while isinstance(route := choose(asked(tried=tried), WITH_LOCAL, breakers=Breakers(), at=START), Route):
        order.append(route.endpoint)
        tried = (*tried, call(route.endpoint, Ending.TIMED_OUT, WITH_LOCAL))
    assert order == ["sweden", "france", "thinker", "worker", "worker", "sweden", "france", "thinker"]
    assert max(order.count(name) for name in order) == retry.attempts(Ending.TIMED_OUT)


def test_a_useless_answer_of_a_small_model_goes_to_a_stronger_one() -> None:
    for ending in (Ending.UNUSABLE, Ending.OK, Ending.REFUSED):
        ask = asked(Work.SUMMARISE, tried=(call("worker", ending),))
        route = choose(ask, MODELS, breakers=Breakers(), at=START)
        assert isinstance(route, Route)
        assert route.endpoint == "sweden"
        assert "the answer of qwen2.5-coder-7b-instruct was no use" in route.why
    beyond = asked(Work.SUMMARISE, tried=(call("worker", Ending.UNUSABLE), call("sweden", Ending.UNUSABLE)))
    assert chosen(beyond) == "thinker"
    last = beyond.model_copy(update={"tried": (*beyond.tried, call("thinker", Ending.UNUSABLE))})
    assert "mini: a stronger model's answer was no use" in refused(last).why


def test_an_open_breaker_is_waited_for_only_where_that_can_help() -> None:
    breakers = Breakers()
    for name in ("sweden", "france", "thinker"):
        breakers.note(name, Ending.LIMITED, at=START, retry_after={"sweden": 40, "france": 20, "thinker": 90}[name])
    answer = refused(asked(), breakers=breakers)
    assert (answer.ending, answer.wait) == (Ending.UNAVAILABLE, 20)
    assert "sweden: it is left alone for 40 s after calls that ended as limited" in answer.why
    breakers.bar("france", "it billed more than its bound")
    assert refused(asked(), breakers=breakers).wait == 40


def test_what_cannot_be_paid_for_goes_to_a_cheaper_one_or_nowhere() -> None:
    bound = (4000 * 2 + 1500 * 8) / 1e6
    assert chosen(asked(Work.ANSWER), left=bound) == "sweden"
    assert chosen(asked(Work.ANSWER), left=bound / 2) == "mini"
    assert chosen(asked(), WITH_LOCAL, left=-1.0) == "worker"
    answer = refused(asked(), left=0.001)
    assert answer.ending is Ending.CAPPED
    assert "sweden: it would cost up to 0.0200 USD and 0.0010 are left" in answer.why


def test_what_a_model_cannot_hold_or_nobody_can_quote_is_not_asked() -> None:
    assert chosen(asked(tokens=500_000)) == "sweden"
    assert "sweden: gpt-4.1 takes 1,047,576 tokens" in refused(asked(tokens=1_047_000)).why
    assert chosen(asked(output=60_000)) == "thinker"
    unpriced = (
        HOST.replace('model = "gpt-4.1"', 'model = "mystery"') + "[models.mystery]\nsize='large'\ncontext=99999\noutput=9999"
    )
    answer = refused(
        asked(Work.ANSWER, tokens=60_000), catalogue.load(unpriced.replace("gpt-5.1", "mystery"), origin="m"), left=0.01
    )
    assert "sweden: the price of mystery is not known, so the call cannot be quoted" in answer.why


def test_roles_and_vectors() -> None:
    text = HOST.replace('region = "swedencentral"\n[endpoints.france]', 'region = "x"\nroles = ["fix"]\n[endpoints.france]')
    models = catalogue.load(text, origin="m")
    assert chosen(asked(), models) == "france"
    told = {one.endpoint.name: one.refusal for one in weigh(asked(), models, breakers=Breakers(), at=START)}
    assert told["sweden"] == "it is not there to review"
    assert told["vectors"] == "text-embedding-3-small makes vectors and answers no prompts"


NAMES = [endpoint.name for endpoint in MODELS.endpoints]
STANDINGS = st.builds(Standing, state=st.sampled_from(State), wait=st.floats(0, 900), barred=st.sampled_from(["", "it lied"]))
HEALTH = st.dictionaries(st.sampled_from(NAMES), STANDINGS).map(lambda known: Snapshot(at=START, endpoints=known))
PATHS = st.lists(st.sampled_from(["app/x.py", "secrets/a", "Secrets/B", "docs/n.md", "..", "é/\n"]), min_size=0, max_size=3)
POLICIES = st.fixed_dictionaries(
    {
        "local": st.lists(st.sampled_from(["secrets/**", "**", "*.md", "!app/x.py", "!", ""]), max_size=3).map(tuple),
        "regions": st.sets(st.sampled_from(["swedencentral", "FRANCECENTRAL", "mars"]), max_size=2).map(tuple),
        "use": st.booleans() | st.just(True),
    }
)
TRIED = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(Ending)), max_size=4)


@settings(max_examples=250, deadline=None)
@given(
    policy=POLICIES,
    paths=PATHS,
    work=st.sampled_from(Work),
    tokens=st.integers(0, 1_200_000),
    urgency=st.sampled_from(Urgency),
    known=HEALTH,
    waiting=st.dictionaries(st.sampled_from(Urgency), st.integers(0, 100)),
    left=st.none() | st.floats(-1, 0.1),
    tried=TRIED,
    models=st.sampled_from([MODELS, WITH_LOCAL]),
)
def test_every_answer_keeps_the_rules(
    policy: dict[str, Any],
    paths: list[str],
    work: Work,
    tokens: int,
    urgency: Urgency,
    known: Snapshot,
    waiting: dict[Urgency, int],
    left: float | None,
    tried: list[tuple[str, Ending]],
    models: catalogue.ModelsFile,
) -> None:
    calls = tuple(call(name, ending, models) for name, ending in tried)
    ask = asked(work, *paths, tokens=tokens, policy=policy, urgency=urgency, tried=calls)
    if not paths:
        ask = ask.model_copy(update={"prompt": ask.prompt.model_copy(update={"sources": ()})})
    for _ in range(3 * len(NAMES) + 1):
        answer = choose(ask, models, breakers=known, at=START, waiting=waiting, left=left)
        assert answer.why.endswith(".")
        if isinstance(answer, NoRoute):
            assert answer.ending in (Ending.CAPPED, Ending.UNAVAILABLE)
            return
        endpoint = models.endpoint(answer.endpoint)
        assert endpoint is not None
        assert policy["use"]
        if residency.kept_local(policy["local"], ask.prompt.sources):
            assert answer.local
        if policy["regions"] and not answer.local:
            assert answer.region in {region.casefold() for region in policy["regions"]}
        standing = known.standing(answer.endpoint, START)
        assert standing.state is not State.OPEN
        assert left is None or answer.bound <= max(left, 0.0)
        before = [attempt for attempt in ask.tried if attempt.endpoint == answer.endpoint]
        assert not before or len(before) < min(retry.attempts(attempt.ending) for attempt in before)
        # Whatever becomes of it, there is an end.
        ending = list(Ending)[len(ask.tried) % len(Ending)]
        ask = ask.model_copy(update={"tried": (*ask.tried, call(answer.endpoint, ending, models))})
    raise AssertionError("there was always one more endpoint to ask")
