from functools import partial, reduce

from fastapi import FastAPI, Header

app = FastAPI()


def widen(text, size):
    return text.ljust(size)


def pick(text, table):
    return table.get(text.strip(), text)


STEPS = [
    str.lower,
    partial(pick, table={"newest": "sorted(rows)", "oldest": "list(reversed(rows))"}),
    partial(widen, size=30),
]


@app.get("/timeline")
def timeline(x_order: str = Header(default="newest")):
    expression = reduce(lambda value, step: step(value), STEPS, x_order)
    namespace = {"rows": [3, 1, 2]}
    exec("ordered = " + expression, namespace)
    return {"count": len(namespace["ordered"])}
