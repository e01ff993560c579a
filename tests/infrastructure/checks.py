"""All checks, over the files of this repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.infrastructure import agreed, confidential, delivery, early, forms, reading, roles, statements, symbols, wiring
from tests.infrastructure.expressions import Project
from tests.infrastructure.problems import Problem

ROOT = Path(__file__).parents[2]
PARTS = ("bicep", "azure.yaml", ".github/workflows/deploy.yml")

TEMPLATES: tuple[Callable[[Project], Iterator[Problem]], ...] = (
    symbols.problems,
    wiring.problems,
    statements.problems,
    confidential.problems,
    roles.problems,
    early.problems,
    delivery.problems,
)


def ours() -> Project:
    """The templates of this repository."""
    return reading.project(ROOT, *(part for part in PARTS if (ROOT / part).exists()))


def of_templates(project: Project) -> tuple[Problem, ...]:
    """What is wrong with the templates by themselves, by file and line."""
    return tuple(sorted({problem for check in TEMPLATES for problem in check(project)}))


def problems(project: Project) -> tuple[Problem, ...]:
    """Everything that is wrong: with the templates, and with what they make for our code."""
    return tuple(sorted({*of_templates(project), *forms.problems(project, agreed.ours())}))
