"""What a deployment would make: the templates worked out with their parameters, as Azure Resource Manager does it.

Resources that conditions leave out are not there, loops are unrolled, modules are gone into. What only Azure knows (an
identity's object id) stays a text that stands for it (`functions.Later`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import yaml

from tests.infrastructure import expressions as ex
from tests.infrastructure.functions import SUBSCRIPTION, Fault, Later, called, resource_id, text
from tests.infrastructure.kinds import base, beside, unfit
from tests.infrastructure.problems import Problem
from tests.infrastructure.told import told


@dataclass(eq=False, slots=True)
class Made:
    """One resource; or an existing one, that is only looked up."""

    path: str
    line: int
    type: str
    version: str
    name: str
    id: str
    symbol: str
    is_existing: bool
    body: Mapping[str, Any] = field(default_factory=dict)

    def member(self, name: str) -> Any:
        if name in ("id", "name", "type"):
            return getattr(self, name)
        if name == "apiVersion":
            return self.version
        return Asked(self, "", self.body).member(name)


class Asked(dict[str, Any]):
    """What a resource was made with; Azure knows more about it than that."""

    def __init__(self, of: Made, path: str, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self._of, self._path = of, path

    def member(self, name: str) -> Any:
        path = f"{self._path}.{name}".lstrip(".")
        if name in self:
            value = self[name]
            return Asked(self._of, path, value) if isinstance(value, dict) else value
        if known := told(self._of.type, self._of.name, path):
            return known
        return Asked(self._of, path, {}) if name in ("properties", "primaryEndpoints") else Later.of(f"{self._of.name}.{path}")


@dataclass(eq=False, slots=True)
class _Module:
    """A module that is deployed: its outputs are worked out when they are asked for."""

    symbol: str
    inside: _Inside

    def member(self, name: str) -> Any:
        return self if name == "outputs" else Later.of(f"{self.symbol}.{name}")


_ABSENT = object()


@dataclass(slots=True)
class Plan:
    """What is made, and where the templates have no value."""

    resources: list[Made] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def of(self, type: str) -> list[Made]:
        """Those of a type that are made, not only looked up."""
        return [each for each in self.resources if each.type == type and not each.is_existing]


def plan(project: ex.Project, main: str, given: Mapping[str, Any]) -> Plan:
    """What the file makes with these parameters. Those that are needed and not given stand for themselves."""
    made = Plan()
    inside = _Inside(project, project.files[main], dict(given), SUBSCRIPTION, made)
    inside.deploy()
    outputs = {}
    for output in inside.file.outputs:
        outputs[output.name] = inside.tried(output.line, partial(inside.value, output.value, {}))
    made.outputs = outputs
    made.problems = sorted(set(made.problems))
    return made


def parameters(project: ex.Project, path: str) -> dict[str, Any]:
    """The values of a parameter file."""
    file = project.files[path]
    inside = _Inside(project, file, {}, SUBSCRIPTION, Plan())
    return {each.name: inside.tried(each.line, partial(inside.value, each.value, {})) for each in file.variables}


class _Inside:
    """One file, deployed once."""

    def __init__(
        self,
        project: ex.Project,
        file: ex.File,
        given: dict[str, Any],
        scope: str,
        into: Plan,
        through: tuple[str, ...] = (),
    ) -> None:
        self.project, self.file, self.scope, self.into = project, file, scope, into
        self._given, self._through = given, (*through, file.path)
        self._known: dict[str, Any] = {}
        self._declared: dict[str, ex.Declared] = {each.name: each for each in file.declared()}

    # What is deployed

    def deploy(self) -> None:
        """Work out every resource and module."""
        for declared in (*self.file.params, *self.file.resources, *self.file.modules):
            self.tried(declared.line, partial(self.symbol, declared.name))

    def tried(self, line: int, work: Any) -> Any:
        try:
            return work()
        except Fault as fault:
            self.into.problems.append(Problem(self.file.path, line, "evaluation", str(fault)))
            return None

    def symbol(self, name: str) -> Any:
        """The value of what is declared under a name."""
        if name not in self._known:
            declared = self._declared.get(name)
            self._known[name] = Later.of(name)  # For what refers to itself: there is no value then.
            if isinstance(declared, ex.Param):
                self._known[name] = self._param(declared)
            elif isinstance(declared, ex.Variable):
                self._known[name] = self.value(declared.value, {})
            elif isinstance(declared, ex.Resource | ex.Module):
                self._known[name] = self._block(declared, declared.body, {})
        return self._known[name]

    def _param(self, param: ex.Param) -> Any:
        if param.name in self._given:
            value = self._given[param.name]
            if sentence := unfit(param, value, base(param.type, self.file)):
                self.into.problems.append(Problem(self.file.path, param.line, "parameter-value", sentence))
            return value
        if param.default is not None:
            return self.value(param.default, {})
        return None if param.type.endswith("?") else Later.of(param.name)

    def _block(self, declared: ex.Resource | ex.Module, body: ex.Expr, bound: Mapping[str, Any]) -> Any:
        if isinstance(body, ex.Loop):
            over = self.value(body.over, bound)
            if isinstance(over, Later):
                over = [over.then(0)]
            return [
                self._block(declared, body.body, {**bound, **self._bind(body, index, item)}) for index, item in enumerate(over)
            ]
        if isinstance(body, ex.When):
            return self._block(declared, body.body, bound) if self.value(body.condition, bound) else _ABSENT
        if not isinstance(body, ex.Object):
            raise Fault(f"{declared.name} has no body.")
        if isinstance(declared, ex.Module):
            return self._module(declared, body, bound)
        return self._resource(declared, body, bound)

    @staticmethod
    def _bind(loop: ex.Loop, index: int, item: Any) -> dict[str, Any]:
        return dict(zip(loop.names, (item, index), strict=False))

    def _module(self, module: ex.Module, body: ex.Object, bound: Mapping[str, Any]) -> Any:
        target = self.project.files.get(beside(self.file.path, module.path))
        given = body.get("params")
        params = self.value(given, bound) if given else {}
        if target is None:
            return Later.of(module.name)
        if target.path in self._through:
            raise Fault(f"The module {module.name} holds itself.")
        scope = self._scope_of(self.value(body.get("scope"), bound)) if body.get("scope") else self.scope
        inside = _Inside(self.project, target, dict(params), scope, self.into, self._through)
        inside.deploy()
        return _Module(module.name, inside)

    def _scope_of(self, value: Any) -> str:
        if isinstance(value, Made):
            return value.id
        return str(value.get("id", self.scope)) if isinstance(value, dict) else text(value)

    def _resource(self, resource: ex.Resource, body: ex.Object, bound: Mapping[str, Any]) -> Any:
        parent = self.symbol(resource.within) if resource.within else None
        if body.get("parent") is not None:
            parent = self.value(body.get("parent"), bound)
        given = body.get("name")
        name = text(self.value(given, bound)) if given else ""
        if parent is _ABSENT:
            raise Fault(f"{resource.name} lies in a resource that is not deployed.")
        if isinstance(parent, Made):
            id = f"{parent.id}/{resource.type.rpartition('/')[2]}/{name}"
        else:
            scope = self._scope_of(self.value(body.get("scope"), bound)) if body.get("scope") else self.scope
            id = f"{scope}/resourceGroups/{name}"
            if resource.type != "Microsoft.Resources/resourceGroups":
                names = name.split("/")
                id = resource_id(scope, resource.type, *names) if len(names) == resource.type.count("/") else f"{scope}/{name}"
        made = Made(
            self.file.path, resource.line, resource.type, resource.version, name, id, resource.name, resource.is_existing
        )
        if not resource.is_existing:
            made.body = self.tried(resource.line, partial(self._object, body, bound)) or {}
        self.into.resources.append(made)
        return made

    def _object(self, body: ex.Object, bound: Mapping[str, Any]) -> dict[str, Any]:
        skipped = ex.Object(body.line, tuple(entry for entry in body.entries if entry.key not in ("parent", "dependsOn")))
        return dict(self.value(skipped, bound))

    # What an expression is worth

    def value(self, expression: ex.Expr | None, bound: Mapping[str, Any]) -> Any:
        """The value of an expression. Raises Fault."""
        work = partial(self.value, bound=bound)
        match expression:
            case None:
                return None
            case ex.Value(value=value):
                return value
            case ex.Text(parts=parts):
                return "".join(part if isinstance(part, str) else text(work(part)) for part in parts)
            case ex.Array(items=items):
                return self._array(items, bound)
            case ex.Object(entries=entries):
                found: dict[str, Any] = {}
                for entry in entries:
                    if entry.key is None:
                        spread = work(entry.value)
                        found.update(spread if isinstance(spread, dict) else {})
                    else:
                        found[entry.key if isinstance(entry.key, str) else text(work(entry.key))] = work(entry.value)
                return found
            case ex.Name(name=name):
                return bound[name] if name in bound else self.symbol(name)
            case ex.Member(of=of, name=name, is_safe=is_safe):
                return self._member(work(of), name, is_safe=is_safe)
            case ex.Index(of=of, key=key):
                return self._index(work(of), work(key))
            case ex.Choice(condition=condition, then=then, other=other):
                return work(then) if work(condition) else work(other)
            case ex.Loop(over=over, body=body):
                found_over = work(over)
                each = [found_over.then(0)] if isinstance(found_over, Later) else found_over
                rounds = (self._bind(expression, index, item) for index, item in enumerate(each))
                return [self.value(body, {**bound, **own}) for own in rounds]
            case ex.When(condition=condition, body=body):
                return work(body) if work(condition) else None
            case ex.Lambda(names=names, body=body):
                return lambda *given: self.value(body, {**bound, **dict(zip(names, given, strict=False))})
            case ex.Operation(operator=operator, operands=operands):
                return self._operation(operator, operands, bound)
            case ex.Call():
                return self._call(expression, bound)
        raise Fault(f"{type(expression).__name__} has no value.")

    def _array(self, items: tuple[ex.Expr, ...], bound: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        for item in items:
            if isinstance(item, ex.Spread):
                found.extend(self.value(item.of, bound))
            else:
                found.append(self.value(item, bound))
        return found

    def _member(self, of: Any, name: str, *, is_safe: bool) -> Any:
        if of is _ABSENT or of is None:
            if is_safe:
                return None
            raise Fault(f".{name} is read of what is not there: a module or resource that is not deployed, or null.")
        if isinstance(of, _Module) and name != "outputs":
            return self._output(of, name, is_safe=is_safe)
        if isinstance(of, Made) and getattr(self._declared.get(name), "within", None) == of.symbol:
            return self.symbol(name)
        if isinstance(of, Made | Asked | _Module):
            return of.member(name)
        if isinstance(of, Later):
            return of.then(name)
        if isinstance(of, dict):
            if name in of or is_safe:
                return of.get(name)
            raise Fault(f"There is no {name} in an object with {', '.join(of) or 'nothing'}.")
        raise Fault(f".{name} is read of a value that has no members.")

    @staticmethod
    def _output(module: _Module, name: str, *, is_safe: bool) -> Any:
        for output in module.inside.file.outputs:
            if output.name == name:
                return module.inside.value(output.value, {})
        if is_safe:
            return None
        raise Fault(f"The module {module.symbol} has no output {name}.")

    def _index(self, of: Any, key: Any) -> Any:
        if isinstance(of, Later):
            return of.then(key)
        if isinstance(of, Made | _Module | dict):
            return self._member(of, text(key), is_safe=False)
        try:
            return of[key]
        except (IndexError, TypeError):
            raise Fault(f"There is nothing at {text(key)}.") from None

    def _operation(self, operator: str, operands: tuple[ex.Expr, ...], bound: Mapping[str, Any]) -> Any:
        work = partial(self.value, bound=bound)
        match operator, operands:
            case "&&", (one, two):
                return bool(work(one)) and bool(work(two))
            case "||", (one, two):
                return bool(work(one)) or bool(work(two))
            case "??", (one, two):
                first = work(one)
                return work(two) if first is None or first is _ABSENT else first
            case "!", (one,):
                return not work(one)
            case "-", (one,):
                return -work(one)
        if len(operands) != 2:
            raise Fault(f"{operator} cannot be worked out.")
        left, right = map(work, operands)
        match operator:
            case "==":
                return left == right
            case "!=":
                return left != right
            case "=~":
                return text(left).lower() == text(right).lower()
            case "!~":
                return text(left).lower() != text(right).lower()
        if not (isinstance(left, int) and isinstance(right, int)):
            raise Fault(f"{operator} takes numbers.")
        numbers = {
            **{"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right},
            **{"+": left + right, "-": left - right, "*": left * right, "/": left // (right or 1), "%": left % (right or 1)},
        }
        return numbers[operator]

    def _call(self, call: ex.Call, bound: Mapping[str, Any]) -> Any:
        given = [self.value(argument, bound) for argument in call.arguments]
        if call.of is not None:
            return Later.of(f"{call.name}()")
        function = next((each for each in self.file.functions if each.name == call.name), None)
        if function:
            return self.value(function.value, dict(zip(function.names, given, strict=False)))
        match call.name, given:
            case "loadJsonContent" | "loadYamlContent" | "loadTextContent", [str() as path, *_]:
                content = self.project.texts.get(beside(self.file.path, path))
                if content is None:
                    raise Fault(f"There is no file {path}.")
                if call.name == "loadTextContent":
                    return content
                try:
                    return json.loads(content) if "Json" in call.name else yaml.safe_load(content)
                except (ValueError, yaml.YAMLError) as error:
                    raise Fault(f"{path} cannot be read: {error}.") from None
            case "resourceGroup", []:
                name = self.scope.rpartition("/")[2]
                return {"id": self.scope, "name": name, "location": Later.of("location"), "tags": {}}
            case "resourceGroup", [*_, name]:
                return {"id": f"{SUBSCRIPTION}/resourceGroups/{text(name)}", "name": text(name)}
            case "resourceId", [str() as kind, *names] if kind.count("/") == len(names):
                return resource_id(self.scope, kind, *map(text, names))
        return called(call.name, given)
