"""What Bicep wants to know when a deployment starts, and where it allows loops.

Names of resources, conditions, loops and scopes may depend on parameters and on names and ids, but not on what Azure tells
only after it made something: a compiler says BCP120, BCP177, BCP178, BCP182 there. Loops are values of declarations and of
properties (BCP138).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.infrastructure import expressions as ex
from tests.infrastructure.problems import Problem
from tests.infrastructure.symbols import unbound

_EARLY = frozenset({"id", "name", "type", "apiVersion"})


def problems(project: ex.Project) -> Iterator[Problem]:
    for file in project.files.values():
        if file.is_parameters:
            continue
        late = _late_variables(file)
        for block in blocks(file):
            for what, value in _early(block):
                if name := _late(value, file, late):
                    sentence = f"{what} of {block.name} depends on {name}, which is not known when the deployment starts."
                    yield Problem(file.path, value.line, "too-late", sentence)
        for variable in file.variables:
            if isinstance(variable.value, ex.Loop) and variable.name in late:
                sentence = f"The loop of {variable.name} depends on what is not known when the deployment starts."
                yield Problem(file.path, variable.line, "too-late", sentence)
        yield from _loops(file)
        yield from _collections(file)
        yield from _circles(file)


def blocks(file: ex.File) -> tuple[ex.Resource | ex.Module, ...]:
    """What a file deploys."""
    return (*file.resources, *file.modules)


def _early(block: ex.Resource | ex.Module) -> Iterator[tuple[str, ex.Expr]]:
    """The parts of a resource or module that have to be known at once."""
    value = block.body
    while isinstance(value, ex.Loop | ex.When):
        yield ("The loop", value.over) if isinstance(value, ex.Loop) else ("The condition", value.condition)
        value = value.body
    if isinstance(value, ex.Object):
        for key in ("name", "scope"):
            part = value.get(key)
            if part is not None:
                yield f"The {key}", part


def _late(value: ex.Expr, file: ex.File, variables: frozenset[str]) -> str:
    """What in an expression is known too late; empty where all is known."""
    known = {each.name: each for each in blocks(file)}
    for each in ex.walk(value):
        if isinstance(each, ex.Name) and each.name in variables:
            return each.name
        if isinstance(each, ex.Call) and (each.of is not None or each.name in ("reference", "newGuid")):
            return f"{each.name}()"
        if isinstance(each, ex.Member):
            held = each.of.of if isinstance(each.of, ex.Index) else each.of
            if isinstance(held, ex.Name) and held.name in known:
                block = known[held.name]
                nested = isinstance(block, ex.Resource) and any(inner.name == each.name for inner in file.resources)
                if each.name not in _EARLY and not nested:
                    return f"{held.name}.{each.name}"
    return ""


def _late_variables(file: ex.File) -> frozenset[str]:
    late: frozenset[str] = frozenset()
    for _ in file.variables:
        late = frozenset(each.name for each in file.variables if _late(each.value, file, late))
    return late


def _loops(file: ex.File) -> Iterator[Problem]:
    allowed = {id(each.value) for each in file.variables} | {id(each.value) for each in file.outputs}
    for block in blocks(file):
        allowed |= {id(each.value) for each in ex.walk(block.body) if isinstance(each, ex.Entry)} | {id(block.body)}
    for _, value in file.values():
        for each in ex.walk(value):
            if isinstance(each, ex.Loop) and id(each) not in allowed:
                sentence = "A loop stands where none is allowed: use map(), or a variable that is the loop."
                yield Problem(file.path, each.line, "loop-place", sentence)


def _collections(file: ex.File) -> Iterator[Problem]:
    """What a loop makes has to be taken by its place."""
    many = {each.name for each in blocks(file) if isinstance(each.body, ex.Loop)}
    for _, value in file.values():
        for each in ex.walk(value):
            if isinstance(each, ex.Member) and isinstance(each.of, ex.Name) and each.of.name in many:
                sentence = f"{each.of.name} is made by a loop: say which, as in {each.of.name}[0].{each.name}."
                yield Problem(file.path, each.line, "loop-index", sentence)


def _circles(file: ex.File) -> Iterator[Problem]:
    """Nothing waits for itself, by way of whatever."""
    values = {each.name: each.value for each in file.variables} | {each.name: each.body for each in blocks(file)}
    needs = {name: {each.name for each in unbound(value) if each.name in values} for name, value in values.items()}
    for resource in file.resources:
        needs[resource.name] |= {resource.within} & set(values)
    for declared in (*file.variables, *blocks(file)):
        reached: set[str] = set()
        ahead = set(needs[declared.name])
        while ahead - reached:
            reached |= ahead
            ahead = {name for each in ahead for name in needs[each]}
        if declared.name in reached:
            yield Problem(file.path, declared.line, "circle", f"{declared.name} waits for itself.")
