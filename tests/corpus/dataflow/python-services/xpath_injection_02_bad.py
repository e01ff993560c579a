import logging
from contextlib import asynccontextmanager

from lxml import etree
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from library.catalogue import load_catalogue
from library.expressions import markup_text

log = logging.getLogger(__name__)


def loans_of(tree, card, shelf):
    conditions = [f"@card={markup_text(card)}"]
    if shelf:
        conditions.append(f"@shelf={markup_text(shelf)}")
    query = "/library/loans/loan[" + " and ".join(conditions) + "]"
    return [dict(loan.attrib) for loan in tree.xpath(query)]


async def loans(request):
    card = request.path_params["card"]
    shelf = request.query_params.get("shelf", "")
    if len(card) > 80 or len(shelf) > 80:
        raise HTTPException(status_code=400)
    try:
        found = await run_in_threadpool(loans_of, request.app.state.tree, card, shelf)
    except etree.XPathError:
        log.warning("loan query failed")
        raise HTTPException(status_code=400)
    return JSONResponse({"loans": found})


@asynccontextmanager
async def lifespan(app):
    app.state.tree = load_catalogue()
    yield


app = Starlette(routes=[Route("/cards/{card}/loans", loans)], lifespan=lifespan)
