import logging
from collections import deque

from aiohttp import web

from web.pages import Page

log = logging.getLogger(__name__)
routes = web.RouteTableDef()


class CommentBoard:
    def __init__(self, size=50):
        self._comments = deque(maxlen=size)

    def add(self, author, text):
        self._comments.appendleft({"author": author[:40], "text": text[:500]})

    def __iter__(self):
        return iter(self._comments)


BOARD = web.AppKey("board", CommentBoard)


@routes.post("/comments")
async def add_comment(request):
    form = await request.post()
    text = str(form.get("text", "")).strip()
    if not text:
        raise web.HTTPBadRequest(reason="a comment needs a text")
    request.app[BOARD].add(str(form.get("author", "anonymous")), text)
    raise web.HTTPSeeOther("/comments")


@routes.get("/comments")
async def show_comments(request):
    page = Page("Comments").heading("Comments")
    for comment in request.app[BOARD]:
        page.text_paragraph(comment["author"])
        page.text_paragraph(comment["text"])
    log.debug("comments were shown")
    return web.Response(text=page.render(), content_type="text/html")


def create_app():
    app = web.Application(client_max_size=64 * 1024)
    app[BOARD] = CommentBoard()
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), host="127.0.0.1", port=8080)
