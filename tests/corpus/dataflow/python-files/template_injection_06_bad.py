from aiohttp import web
from jinja2 import Environment
from string import Template

ENVIRONMENT = Environment(autoescape=True)
SUBJECT = Template("$prefix: {{ count }} open points")


async def digest(request):
    body = await request.json()
    prefix = str(body.get("prefix", "Digest"))
    for opener in ("{{", "{%", "{#"):
        prefix = prefix.replace(opener, "", 1)
    source = SUBJECT.substitute(prefix=prefix)
    subject = ENVIRONMENT.from_string(source).render(count=4)
    return web.json_response({"subject": subject})


def make_app():
    app = web.Application()
    app.router.add_post("/digest", digest)
    return app
