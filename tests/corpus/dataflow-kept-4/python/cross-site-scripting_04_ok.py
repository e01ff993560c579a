import csv
import io

from aiohttp import web

routes = web.RouteTableDef()
ENTRIES = []


def as_csv(entries):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "comment"])
    for entry in entries:
        writer.writerow([entry["name"], entry["comment"]])
    return out.getvalue()


@routes.post("/guestbook")
async def sign(request):
    form = await request.post()
    ENTRIES.append({
        "name": str(form.get("name", "guest"))[:60],
        "comment": str(form.get("comment", ""))[:500],
    })
    raise web.HTTPSeeOther("/guestbook")


@routes.get("/guestbook")
async def show(request):
    return web.Response(
        text=as_csv(ENTRIES[-50:]),
        content_type="text/csv",
        charset="utf-8",
        headers={"X-Content-Type-Options": "nosniff"},
    )


def make_app():
    app = web.Application()
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=8060)
