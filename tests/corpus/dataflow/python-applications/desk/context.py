from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Caller:
    tenant: str = "main"
    note: str = ""


current = ContextVar("current", default=Caller())


def tenant():
    return current.get().tenant


def note():
    return current.get().note
