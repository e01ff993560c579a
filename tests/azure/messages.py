"""The messages between Azure's Functions host and its Python worker, duck-typed.

The worker is handed its message classes by whoever runs it, so the host's gRPC definitions are not needed: a message is a bag
of fields that knows which were set, and a field that was not reads as None.
"""

from __future__ import annotations

from typing import Any


class Message:
    """Any message: presence is what was given by keyword."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name[0].isupper():
            raise AttributeError(name)
        return None

    def WhichOneof(self, group: str) -> str | None:  # noqa: N802 - protobuf's name
        return next(iter(self.__dict__), None)

    def HasField(self, name: str) -> bool:  # noqa: N802 - protobuf's name
        return name in self.__dict__


class ParameterBinding(Message):
    """A named input; its one group is its data."""

    def WhichOneof(self, group: str) -> str | None:  # noqa: N802 - protobuf's name
        return "data" if group == "rpc_data" and self.HasField("data") else None


class StatusResult(Message):
    """How a request ended."""

    Failure, Success, Cancelled = 0, 1, 2


BindingInfo = type("BindingInfo", (Message,), {"in": 0, "out": 1, "inout": 2, "undefined": 0})


class Protos:
    """The module of message classes that the worker asks for; those it only fills in are made on first use."""

    StatusResult = StatusResult
    ParameterBinding = ParameterBinding
    BindingInfo = BindingInfo

    def __getattr__(self, name: str) -> type[Message]:
        if name.startswith("_"):
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made
