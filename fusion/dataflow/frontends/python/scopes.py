"""What a scope of Python gathers while its code is lowered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Scope:
    """A module, class, function or lambda body: names that it binds, declares and mentions."""

    is_class: bool = False
    bound: set[str] = field(default_factory=set)
    """Parameters and everything assigned, names of comprehensions too."""
    declared_global: set[str] = field(default_factory=set)
    declared_nonlocal: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    generator: bool = False

    @contextmanager
    def mentioning(self, inner: Scope) -> Iterator[None]:
        """While a definition's decorators, defaults and annotations are lowered in this scope: they count as its mentions."""
        own, self.mentions = self.mentions, inner.mentions
        yield
        self.mentions = own

    def own(self) -> frozenset[str]:
        """Names that live in this scope."""
        return frozenset(self.bound - self.declared_global - self.declared_nonlocal)
