"""Faults to order: wrong answers, slow ones, halves of answers, none at all, and answers lost after the deed was done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What befalls the next `times` requests that match, after the first `skip` of them.

    `pattern` is searched in the path, `method` must be equal where given, `query` is searched in the request's body (a GraphQL
    mutation's name, say). Then, after `delay` seconds: `lost`: the request is carried out and the connection dies without an
    answer; `reset`: it dies without the deed; `cut`: the answer's body ends too early; otherwise `status`, `headers` and `body`
    are the answer. With `status` 0 the request is answered as ever, only late.
    """

    pattern: str
    status: int = 0
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "injected"}'
    delay: float = 0
    method: str = ""
    query: str = ""
    skip: int = 0
    lost: bool = False
    reset: bool = False
    cut: bool = False

    def befalls(self, method: str, path: str, body: bytes) -> bool:
        """Whether this request is its next victim. Counts."""
        if not self.times or (self.method and self.method != method) or not re.search(self.pattern, path):
            return False
        if self.query and not re.search(self.query.encode(), body):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True
