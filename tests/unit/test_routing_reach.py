"""Which works nobody does, and whom policy shuts out: told before anything is planned."""

from __future__ import annotations

import pytest

from fusion.model import Source, Work
from fusion.policy.rules import Models
from fusion.routing import catalogue
from fusion.routing.catalogue import ModelsFile
from fusion.routing.reach import notes, served, shut_out
from tests.fakes.reasoning import FILE

SWEDEN = FILE.split("[caps]")[0]
HERE = SWEDEN + '[endpoints.here]\nkind = "openai"\naddress = "http://127.0.0.1:9/v1/"\nmodel = "big"\nlocal = true\n'


def file(text: str) -> ModelsFile:
    return catalogue.load(text, origin="models.toml")


def paths(*names: str) -> list[Source]:
    return [Source(path=name, bytes=1) for name in names]


@pytest.mark.parametrize(
    ("models", "policy", "off", "said"),
    [
        (file(SWEDEN), Models(), "", ()),
        (file(SWEDEN), Models(), "--no-models", ("Models were switched off for this review by --no-models.",)),
        (file(SWEDEN), Models(use=False), "", ("Models are switched off by policy (models.use: false).",)),
        (None, Models(), "", ("No model is configured: FUSION_MODELS names no models file.",)),
        (file(""), Models(), "", ("No model is configured: the models file (FUSION_MODELS) has no endpoints.",)),
        (
            file(SWEDEN + 'roles = ["triage"]\n'),
            Models(walkthrough=False),
            "",
            tuple(
                f"No model was asked to {work}: no endpoint in the models file (FUSION_MODELS) has `{work}` among its roles."
                for work in ("review", "document")
            ),
        ),
        (
            file(SWEDEN + 'roles = ["review", "document", "summarise", "answer"]\n'),
            Models(),
            "",
            ("No model was asked to verify: no endpoint in the models file (FUSION_MODELS) has `verify` among its roles.",),
        ),
        (
            file(SWEDEN.replace('"big"', '"gpt-5.4"') + 'roles = ["review"]\n'),
            Models(walkthrough=False),
            "",
            (
                "No model was asked to review: of the models file (FUSION_MODELS), cloud: there is no figure on record for how"
                " well gpt-5.4 does review.",
                "No model was asked to document: no endpoint in the models file (FUSION_MODELS) has `document` among its"
                " roles.",
            ),
        ),
    ],
)
def test_what_nobody_does_is_told_once_and_by_whom(
    models: ModelsFile | None, policy: Models, off: str, said: tuple[str, ...]
) -> None:
    assert notes(models, policy, "private", off=off) == said


def test_an_endpoint_for_other_repositories_does_no_work_here() -> None:
    models = file(SWEDEN + 'visibility = ["public"]\n')
    assert served(models, "public") == frozenset(Work)
    assert served(models, "private") == frozenset()
    assert "it is for public repositories, and this one is private" in notes(models, Models(), "private")[0]


def test_policy_that_shuts_everybody_out_is_named_with_what_to_do() -> None:
    models = file(SWEDEN)
    kept = Models(local=("secret/**", "*.pem", "!open.pem"))
    one, two, other = (
        shut_out(models, kept, Work.REVIEW, "private", paths(name)) for name in ("secret/a.py", "secret/b.py", "c.pem")
    )
    assert (
        one
        == two
        == (
            "policy keeps `secret/**` local (models.local), and no endpoint with the role `review` is local: add one to the"
            " models file (FUSION_MODELS), or change models.local"
        )
    )
    assert "`*.pem`" in other
    assert shut_out(models, kept, Work.REVIEW, "private", paths("open.py", "open.pem")) == ""
    assert shut_out(file(HERE), kept, Work.REVIEW, "private", paths("secret/a.py")) == ""
    elsewhere = Models(regions=("francecentral", "westeurope"))
    assert shut_out(models, elsewhere, Work.REVIEW, "private", paths("a.py")) == (
        "policy allows the regions francecentral and westeurope alone (models.regions), and the role `review` is done in"
        " swedencentral: add an endpoint there to the models file (FUSION_MODELS), or change models.regions"
    )
    assert shut_out(models, Models(regions=("Sweden Central",)), Work.REVIEW, "private", paths("a.py")) == ""
