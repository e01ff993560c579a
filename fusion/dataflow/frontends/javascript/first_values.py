"""First values of fields that each object of a class gets its own of."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.frontends.javascript.lowering import Lowering
from fusion.dataflow.ir.walks import nodes

CONSTRUCTOR = "__init__"
_ARGUMENTS = "arguments"


def is_own(value: ir.Expression) -> bool:
    """Whether a first value is another thing for each object: made anew, or of what the constructor was given."""
    if isinstance(value, ir.Series | ir.Table) or (isinstance(value, ir.Call) and value.new):
        return True
    return any(isinstance(node, ir.Name) and node.id == "this" for node in nodes(value))


def begin_each(at: Lowering, where: ir.Span, own: Sequence[ir.Assign], into: list[ir.Statement], *, derived: bool) -> None:
    """Let the constructor of a class store these fields first, after that of the base; make one where it has none."""
    constructor = next(
        (
            statement.value
            for statement in into
            if isinstance(statement, ir.Define)
            and isinstance(statement.value, ir.Function)
            and statement.value.name == CONSTRUCTOR
            and statement.value.role != "static"
        ),
        None,
    )
    if constructor is None:
        constructor = _constructor(where, derived=derived)
        at.functions.append(constructor)
        into.append(ir.Define(where, constructor))
    stores: list[ir.Statement] = []
    for field in own:
        names = {node.id for node in nodes(field.value) if isinstance(node, ir.Name)}
        if isinstance(field.target, ir.Name) and names.isdisjoint(constructor.locals):
            holder = ir.Attr(field.target.span, ir.Name(field.target.span, "this"), field.target.id)
            stores.append(ir.Assign(field.span, holder, field.value, annotation=field.annotation))
            constructor.mentions |= names | {node.name for node in nodes(field.value) if isinstance(node, ir.Attr)}
        else:
            into.append(field)
    place = _beginning(constructor)
    constructor.body = [*constructor.body[:place], *stores, *constructor.body[place:]]


def _constructor(where: ir.Span, *, derived: bool) -> ir.Function:
    """What a class without a constructor has."""
    if not derived:
        return ir.Function(where, CONSTRUCTOR, (), [])
    handed = ir.Argument(where, ir.Name(where, _ARGUMENTS), "*")
    call = ir.Call(where, ir.Name(where, "super"), [handed])
    parameters = [ir.Parameter(where, _ARGUMENTS, "rest")]
    names = frozenset({_ARGUMENTS})
    body = [ir.Evaluate(where, call)]
    return ir.Function(where, CONSTRUCTOR, parameters, body, locals=names, mentions=names | {"super"})


def _beginning(constructor: ir.Function) -> int:
    """Where the fields' turn comes: behind the base's constructor, and the parameters that are kept by their declaration."""
    kept = {parameter.span for parameter in constructor.parameters}
    place = 0
    for number, statement in enumerate(constructor.body):
        call = statement.value if isinstance(statement, ir.Evaluate) else None
        base = call.function if isinstance(call, ir.Call) else None
        if (isinstance(base, ir.Name) and base.id == "super") or (isinstance(statement, ir.Assign) and statement.span in kept):
            place = number + 1
    return place
