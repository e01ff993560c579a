"""Bicep's functions, as far as they can be worked out before anything is deployed.

Source: learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions. What only Azure knows is `Later`: a text that
stands for it.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import uuid
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


class Later(str):
    """What is known only when it is deployed; its text says what it is: `«identity.properties.principalId»`."""

    __slots__ = ()

    @classmethod
    def of(cls, what: str) -> Later:
        return cls(f"«{what.strip('«»')}»")

    def then(self, name: object) -> Later:
        """What is reached from here by a name."""
        return Later.of(f"{self.strip('«»')}.{name}")


class Fault(Exception):
    """An expression has no value. The message is a sentence."""


def called(name: str, given: list[Any]) -> Any:
    """The value of a function of these arguments (lambdas are Python's). Raises Fault."""
    function = _FUNCTIONS.get(name)
    if function is None:
        return Later.of(f"{name}({', '.join(map(text, given))})")
    try:
        return function(*given)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise Fault(f"{name}() cannot take what it is given here: {error}.") from None


def text(value: Any) -> str:
    """A value inside of a string."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return json.dumps(value, default=str)
    return str(value)


def union(*values: Any) -> Any:
    """Lists without what is there already; objects, those within them too, with the later value."""
    if all(isinstance(value, list) for value in values):
        found: list[Any] = []
        for item in (item for value in values for item in value):
            if item not in found:
                found.append(item)
        return found
    merged: dict[str, Any] = {}
    for value in values:
        if isinstance(value, Later):
            continue
        for key, item in value.items():
            old = merged.get(key)
            merged[key] = union(old, item) if isinstance(old, dict) and isinstance(item, dict) else item
    return merged


def _unique(*values: Any) -> str:
    digest = hashlib.sha256("\0".join(map(text, values)).encode()).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest[:13])


def resource_id(scope: str, *given: str) -> str:
    """The id of a resource of a type by its names, in a scope."""
    kind, *names = (part for part in map(text, given))
    namespace, *types = kind.split("/")
    if len(names) > len(types):
        raise ValueError(f"{len(names)} names for the type {kind}")
    pairs = "/".join(f"{type}/{name}" for type, name in zip(types, names, strict=True))
    return f"{scope}/providers/{namespace}/{pairs}"


def _contains(holder: Any, item: Any) -> bool:
    if isinstance(holder, dict):
        return text(item) in holder
    return text(item) in holder if isinstance(holder, str) else item in holder


def _to_object(items: list[Any], key: Callable[..., Any], value: Callable[..., Any] = lambda item: item) -> dict[str, Any]:
    return {text(key(item)): value(item) for item in items}


def _reduce(items: list[Any], start: Any, step: Callable[..., Any]) -> Any:
    for item in items:
        start = step(start, item)
    return start


def _subnet(network: str, length: int, index: int) -> str:
    whole = ipaddress.ip_network(network)
    size = 1 << (whole.max_prefixlen - length)
    first = ipaddress.ip_address(int(whole.network_address) + index * size)
    subnet = ipaddress.ip_network(f"{first}/{length}")
    if not subnet.subnet_of(whole):  # type: ignore[arg-type]
        raise ValueError(f"{subnet} does not lie in {network}")
    return str(subnet)


def _group_by(items: list[Any], key: Callable[..., Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for item in items:
        groups.setdefault(text(key(item)), []).append(item)
    return groups


def _first(value: Any) -> Any:
    return value[0] if value else ("" if isinstance(value, str) else None)


def _last(value: Any) -> Any:
    return value[-1] if value else ("" if isinstance(value, str) else None)


def _format(pattern: str, *values: Any) -> str:
    for place, value in enumerate(values):
        pattern = pattern.replace(f"{{{place}}}", text(value))
    return pattern


def _environment() -> Mapping[str, Any]:
    return {
        "name": "AzureCloud",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.azure.com/"],
        },
        "suffixes": {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net", "acrLoginServer": ".azurecr.io"},
    }


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "any": lambda value: value,
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "bool": lambda value: value if isinstance(value, bool) else str(value).lower() == "true",
    "cidrSubnet": _subnet,
    "concat": lambda *values: [*chain(*values)] if isinstance(values[0], list) else "".join(map(text, values)),
    "contains": _contains,
    "deployer": lambda: {"objectId": Later.of("deployer"), "tenantId": Later.of("tenant")},
    "deployment": lambda: {"name": "main"},
    "empty": lambda value: value is None or (not value and value is not False and value != 0),
    "endsWith": lambda value, end: text(value).lower().endswith(text(end).lower()),
    "environment": _environment,
    "extensionResourceId": lambda scope, *given: resource_id(text(scope), *given),
    "filter": lambda items, keep: [item for item in items if keep(item)],
    "first": _first,
    "flatten": lambda lists: [item for each in lists for item in each],
    "format": _format,
    "groupBy": _group_by,
    "guid": lambda *values: str(uuid.uuid5(uuid.NAMESPACE_URL, "-".join(map(text, values)))),
    "indexOf": lambda value, part: (
        text(value).lower().find(text(part).lower()) if isinstance(value, str) else value.index(part)
    ),
    "int": int,
    "intersection": lambda one, *others: [item for item in one if all(item in other for other in others)],
    "items": lambda value: [{"key": key, "value": value[key]} for key in sorted(value)],
    "join": lambda items, between: between.join(map(text, items)),
    "json": json.loads,
    "last": _last,
    "length": len,
    "map": lambda items, made: [made(item) for item in items],
    "mapValues": lambda value, made: {key: made(item) for key, item in value.items()},
    "max": lambda *values: max(values[0] if isinstance(values[0], list) else values),
    "min": lambda *values: min(values[0] if isinstance(values[0], list) else values),
    "newGuid": lambda: Later.of("newGuid()"),
    "objectKeys": lambda value: sorted(value),
    "padLeft": lambda value, width, fill=" ": text(value).rjust(width, fill),
    "range": lambda start, count: list(range(start, start + count)),
    "readEnvironmentVariable": lambda name, default=None: "sample" if default is None else default,
    "reduce": _reduce,
    "replace": lambda value, old, new: Later.of(value) if isinstance(value, Later) else value.replace(old, new),
    "shallowMerge": lambda values: {key: item for value in values for key, item in value.items()},
    "skip": lambda value, count: value[count:],
    "sort": lambda items, _before: sorted(items, key=text),
    "split": lambda value, by: str(value).split(by) if isinstance(by, str) else str(value).split(by[0]),
    "startsWith": lambda value, start: text(value).lower().startswith(text(start).lower()),
    "string": text,
    "subscription": lambda: {
        "id": SUBSCRIPTION,
        "subscriptionId": SUBSCRIPTION.rpartition("/")[2],
        "tenantId": Later.of("tenant"),
        "displayName": "subscription",
    },
    "subscriptionResourceId": lambda *given: resource_id(SUBSCRIPTION, *given),
    "substring": lambda value, start, length=None: value[start:] if length is None else value[start : start + length],
    "take": lambda value, count: value[:count],
    "tenant": lambda: {"tenantId": Later.of("tenant")},
    "tenantResourceId": lambda *given: resource_id("", *given),
    "toLower": lambda value: Later(value.lower()) if isinstance(value, Later) else value.lower(),
    "toObject": _to_object,
    "toUpper": lambda value: value.upper(),
    "trim": lambda value: value.strip(),
    "union": union,
    "uniqueString": _unique,
    "utcNow": lambda *_: Later.of("utcNow()"),
}
