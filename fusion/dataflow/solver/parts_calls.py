"""What the solver's parts ask of each other about calls, definitions and modules."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from fusion.dataflow import ir
from fusion.dataflow.knowledge.schema import Entry
from fusion.dataflow.solver.calling.arguments import Arguments
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Facts
from fusion.dataflow.solver.domain.values import Closure, Klass, Object, Value
from fusion.dataflow.solver.tables import Rule

if TYPE_CHECKING:
    from fusion.dataflow.solver.methods.receivers import Use


class CallParts:
    """Each method is given by one of the parts."""

    def recall(
        self, closure: Closure, arguments: Arguments, state: State, node: ir.Node
    ) -> Value | tuple[Hashable, ...] | None:
        """The result of a call that was run before on the same values; else the key to remember it by, or None."""
        raise NotImplementedError

    def remember(
        self, key: tuple[Hashable, ...], closure: Closure, arguments: Arguments, result: Value, before: Facts, state: State
    ) -> None:
        """Keep the result of a call."""
        raise NotImplementedError

    def gather(self, node: ir.Call, state: State) -> Arguments:
        """Evaluate the arguments."""
        raise NotImplementedError

    def above(self, function: ir.Attr, state: State) -> Value | None:
        """`super().name`, `super.name`: the member of the bases, bound; None for other attributes."""
        raise NotImplementedError

    def bind_member(
        self, member: Value, receiver: Value, klass: Klass, state: State, node: ir.Node, *, of_class: bool = False
    ) -> Value:
        """A member of a class as it is found on an object of it."""
        raise NotImplementedError

    def enter_at(self, closure: Closure, rule: Rule[Entry], arguments: Arguments) -> None:
        """Remember that a framework calls a function."""
        raise NotImplementedError

    def handed_over(self, closure: Closure, state: State) -> None:
        """Remember the very object whose method a framework is given."""
        raise NotImplementedError

    def named_member(self, value: Value, name: Value) -> Value:
        """`getattr(module, name)` with the name that a pickle gives."""
        raise NotImplementedError

    def schema_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call that makes, changes or uses a schema; None for other calls."""
        raise NotImplementedError

    def pattern_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """Python's `re`; None for other calls."""
        raise NotImplementedError

    def call(self, function: Value, arguments: Arguments, state: State, node: ir.Node, name: str = "") -> Value:
        """Call a value. `name`: what it is called in the text."""
        raise NotImplementedError

    def call_closure(self, closure: Closure, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """Run a function of the repository."""
        raise NotImplementedError

    def call_library(self, path: str, arguments: Arguments, state: State, node: ir.Node, *, guessed: bool = False) -> Value:
        """What knowledge says of a call; unknown calls pass data on."""
        raise NotImplementedError

    def call_method(self, receiver: Value, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A method of the language's own text, lists and dictionaries; None where it is none."""
        return None

    def call_builtin(self, name: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A function of the language itself; None where it is none that the solver knows."""
        return None

    def call_member(self, holder: Value, name: str, arguments: Arguments, state: State, node: ir.Node, hint: str = "") -> Value:
        """`holder.name(...)`."""
        raise NotImplementedError

    def member(self, klass: Klass, name: str, depth: int = 8) -> Value | None:
        """A member of the class or of its bases in the repository."""
        raise NotImplementedError

    def brought(self, annotation: ir.Expression, state: State) -> Value | None:
        """A thing of a declared type whose members bring the data; None where it is another type."""
        raise NotImplementedError

    def url_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """Functions that put addresses together; None for others."""
        raise NotImplementedError

    def path_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """Functions of `os.path`, `pathlib` and `path`; None for others."""
        raise NotImplementedError

    def define_class(self, node: ir.Class, state: State) -> Value:
        """A class came into being."""
        raise NotImplementedError

    def define_function(self, node: ir.Function, state: State) -> Value:
        """A function statement with its decorators."""
        raise NotImplementedError

    def defined(self, closure: Closure, state: State, *, declared: bool = False) -> None:
        """A function came into being: remember it, to be analysed by itself."""
        raise NotImplementedError

    def bind_import(self, node: ir.Import, state: State) -> None:
        """Bind what an import brings."""
        raise NotImplementedError

    def bind_export(self, node: ir.Export, state: State) -> None:
        """Remember what the module exports."""
        raise NotImplementedError

    def evaluate_call(self, node: ir.Call, state: State) -> Value:
        """A call as it stands in the text."""
        raise NotImplementedError

    def instantiate(self, klass: Klass, arguments: Arguments, state: State, node: ir.Node) -> Value:
        """An object of a class of the repository."""
        raise NotImplementedError

    def module_names(self, path: str) -> dict[str, Value]:
        """The module's variables, after running its body."""
        raise NotImplementedError

    def import_module(self, module: str, importer: str) -> Value:
        """The value that an import gives."""
        raise NotImplementedError

    def default_of(self, ref: Object | Closure | Klass, name: str) -> Value:
        """A member that a thing has not: of a module's whole export, its `default`."""
        raise NotImplementedError

    def submodule(self, path: str, name: str) -> Value:
        """A module below a package of the repository, or what the module exports under that name."""
        raise NotImplementedError

    def partial(self, function: Value, given: Sequence[Value], named: dict[str, Value], use: Use) -> Value:
        """A function with some arguments already given."""
        raise NotImplementedError

    def bind_parameter(self, parameter: ir.Parameter, value: Value, state: State) -> None:
        """Bind one parameter."""
        raise NotImplementedError

    def constrained(self, value: Value, default: ir.Expression | None, annotation: ir.Expression | None, state: State) -> Value:
        """A text from outside, as its declaration lets it through."""
        raise NotImplementedError

    def replace_pattern(self, use: Use, old: Value, new: Value) -> Value:
        """JavaScript's replacement of what a regular expression matches, or by what a function gives."""
        raise NotImplementedError
