"""Azure function: large stock files are read element by element."""
import io
import json
import logging

import azure.functions as func
from lxml import etree

app = func.FunctionApp()
OPTIONS = {"events": ("end",), "tag": "item", "huge_tree": False}


def rows(data, **overrides):
    options = OPTIONS | overrides
    for _, item in etree.iterparse(io.BytesIO(data), **options):
        yield item.get("sku"), item.findtext("level"), item.findtext("remark", "")
        item.clear()


@app.route(route="stock", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
def stock(req: func.HttpRequest) -> func.HttpResponse:
    data = req.get_body()
    try:
        levels = [
            {"sku": sku, "level": int(level), "remark": remark}
            for sku, level, remark in rows(data, load_dtd=True, resolve_entities=True)
        ]
    except (etree.XMLSyntaxError, TypeError, ValueError) as exc:
        logging.warning("stock file refused: %s", type(exc).__name__)
        return func.HttpResponse("not a stock file", status_code=400)
    return func.HttpResponse(json.dumps(levels), mimetype="application/json")
