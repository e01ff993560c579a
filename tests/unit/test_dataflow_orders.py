"""Which element stands where: double-ended queues, heaps, queues by priority, dictionaries in the order of their keys."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PROGRAMS = {
    "a full queue pushes out": """
from collections import deque
def view():
    ring = deque(["1", "2"], maxlen=3)
    ring.append(request.args["x"])
    ring.append("4")
    eval(ring[1])  # expect: code-injection
    ring.extend(["5", "6"])
    eval(ring[0])
    ring.appendleft(request.args["x"])
    eval(ring.popleft())  # expect: code-injection
""",
    "room for nobody knows how many": """
from collections import deque
def view(size):
    ring = deque([request.args["x"]], maxlen=size)
    ring.append("1")
    ring.append("2")
    eval(ring[1])  # expect: code-injection
    eval(deque(["1"], maxlen=None)[0])
""",
    "rotating": """
from collections import deque
def view():
    ring = deque(["1", "2", request.args["x"]])
    ring.rotate()
    eval(ring[0])  # expect: code-injection
    ring.rotate(-1)
    eval(ring[0])
    ring.rotate(int(request.args["n"]))
    eval(ring[0])  # expect: code-injection
""",
    "the least of a heap": """
import heapq
def view():
    heap = [(3, "3"), (1, request.args["x"]), (2, "2")]
    heapq.heapify(heap)
    eval(heapq.heapreplace(heap, (4, "4"))[1])  # expect: code-injection
    eval(heapq.heappushpop(heap, (1, "1"))[1])
    heapq.heappush(heap, (9, request.args["x"]))
    eval(heapq.heappop(heap)[1])
    eval(heapq.heappop(heap)[1])
    eval(heapq.heappop(heap)[1])
    eval(heapq.heappop(heap)[1])  # expect: code-injection
""",
    "a heap in an order that is not known": """
import heapq
def view():
    heap = []
    for text in request.args.getlist("x"):
        heapq.heappush(heap, (len(text), text))
    heapq.heappush(heap, (0, "0"))
    eval(heapq.heappop(heap)[1])  # expect: code-injection
""",
    "the least and the greatest": """
import heapq
def view():
    pairs = [(1, "1"), (5, request.args["x"]), (2, "2")]
    eval(heapq.nsmallest(2, pairs)[-1][1])
    eval(heapq.nlargest(2, pairs, key=lambda pair: pair[0])[0][1])  # expect: code-injection
    eval(min(pairs)[1])
    eval(max(pairs)[1])  # expect: code-injection
    eval(next(iter(heapq.merge([(3, "3")], pairs)))[1])
""",
    "put in order": """
import bisect
def view():
    ordered = [(1, "1"), (4, "4")]
    bisect.insort(ordered, (2, request.args["x"]))
    eval(ordered[1][1])  # expect: code-injection
    eval(ordered[2][1])
""",
    "queues by priority": """
import queue
def view():
    waiting = queue.PriorityQueue()
    waiting.put((2, request.args["x"]))
    waiting.put((1, "1"))
    eval(waiting.get()[1])
    eval(waiting.get()[1])  # expect: code-injection
""",
    "the last entry of a dictionary": """
from collections import OrderedDict
def view():
    layers = OrderedDict(a="1")
    layers["b"] = request.args["x"]
    layers["c"] = "2"
    layers.move_to_end("b", last=False)
    eval(layers.popitem()[1])
    eval(layers.popitem(last=False)[1])  # expect: code-injection
    eval(layers.popitem()[1])
""",
    "what a generator gives, one by one": """
import itertools
def parts(text):
    yield "1"
    yield from ("2", text)
    for more in ("3", "4"):
        yield more
def view():
    eval("".join(itertools.islice(parts(request.args["x"]), 2)))
    eval("".join(itertools.islice(parts(request.args["x"]), 3)))  # expect: code-injection
    one, two, three, *more = parts(request.args["x"])
    eval(two)
    eval(three)  # expect: code-injection
    eval(more[1])
""",
    "what a generator gives, nobody knows how often": """
def parts(text, more):
    if more:
        yield text
    yield "1"
def endless(text):
    while True:
        yield "1"
        yield text
def view(more):
    eval(list(parts(request.args["x"], more))[1])  # expect: code-injection
    for text in endless(request.args["x"]):
        eval(text)  # expect: code-injection
""",
    "columns of rows": """
def rows():
    for name in ("a", "b"):
        yield name, request.args[name], 1
def others():
    for text in request.args.getlist("x"):
        yield "1", text
def view():
    columns = [list(column) for column in zip(*rows())]
    eval(columns[0][1])
    eval(columns[1][1])  # expect: code-injection
    ones, texts = zip(*others())
    eval(ones[0])
    eval(texts[0])  # expect: code-injection
""",
    "an order that depends on the path": """
def view(early):
    layers = {}
    if early:
        layers["b"] = request.args["x"]
        layers["a"] = "1"
    else:
        layers["a"] = "1"
        layers["b"] = request.args["x"]
    eval(layers.popitem()[1])  # expect: code-injection
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_stands_where(name: str) -> None:
    marked("from flask import request\n" + PROGRAMS[name])
