from functools import lru_cache

from aiohttp import web

OPERATORS = {"lt": "<", "gt": ">", "eq": "=="}
FIELDS = ("weight", "height", "price")

PARCELS = [
    {"weight": 2.0, "height": 11.0, "price": 4.5},
    {"weight": 9.5, "height": 40.0, "price": 12.0},
]


@lru_cache(maxsize=128)
def compile_rule(field, op, threshold):
    source = "lambda row: row[{field!r}] {op} {threshold}".format(
        field=field, op=op, threshold=threshold
    )
    return eval(source)


def parse_rule(text):
    """Rules look like ``weight:gt:5``."""
    field, op, threshold = text.split(":", 2)
    if field not in FIELDS:
        raise KeyError(field)
    return field, OPERATORS[op], float(threshold.strip())


async def filter_parcels(request):
    kept = PARCELS
    try:
        for text in request.query.getall("rule", []):
            rule = compile_rule(*parse_rule(text))
            kept = [row for row in kept if rule(row)]
    except (KeyError, ValueError):
        raise web.HTTPBadRequest(text="bad rule")
    return web.json_response({"parcels": kept})


app = web.Application()
app.add_routes([web.get("/parcels", filter_parcels)])
