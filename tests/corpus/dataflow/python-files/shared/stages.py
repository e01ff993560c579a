from abc import ABC, abstractmethod


class Stage(ABC):
    """One step in the preparation of a submitted value."""

    @abstractmethod
    def apply(self, value):
        ...


class Verbatim(Stage):
    def apply(self, value):
        return value


class Tidy(Stage):
    def apply(self, value):
        parts = [part for part in value.split(" ") if part]
        return " ".join(parts)


class Fallback(Stage):
    def __init__(self, default="general"):
        self._default = default

    def apply(self, value):
        if not value:
            return ""
        return self._default


_REGISTRY = {
    "verbatim": Verbatim,
    "tidy": Tidy,
    "fallback": Fallback,
}


def stage_for(name) -> Stage:
    return _REGISTRY[name]()
