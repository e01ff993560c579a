"""Answers kept with their ETags: a conditional request that GitHub answers with 304 costs none of the rate limit."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from fusion.adapters.github.answers import Answer

Address: TypeAlias = tuple[str, str, str]
"""Whose credentials asked, for which URL, accepting which media type: what one may see must not answer another."""


class AnswerCache:
    """Answers by address, the least recently used ones dropped when they are more than `size` bytes together."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.held = 0
        self._answers: OrderedDict[Address, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, address: Address) -> Answer | None:
        """The answer of last time, or None."""
        answer = self._answers.get(address)
        if answer is not None:
            self._answers.move_to_end(address)
        return answer

    def put(self, address: Address, answer: Answer) -> None:
        """Keep an answer that has an ETag and is small against the whole; forget what was kept at its address."""
        if (old := self._answers.pop(address, None)) is not None:
            self.held -= _weight(old)
        weight = _weight(answer)
        if "etag" not in answer.headers or weight > self.size // 8:
            return
        self._answers[address] = answer
        self.held += weight
        while self.held > self.size:
            _, oldest = self._answers.popitem(last=False)
            self.held -= _weight(oldest)


def _weight(answer: Answer) -> int:
    """Bytes that an answer holds, with a guess for its headers and keys."""
    return len(answer.content) + 2048
