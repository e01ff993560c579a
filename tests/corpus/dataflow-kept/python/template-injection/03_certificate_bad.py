"""Certificates for finished courses, rendered with Mako."""
from aiohttp import web
from mako.exceptions import MakoException
from mako.template import Template

HEAD = "<%page args='name, course, grade=None'/>\n"
DEFAULT = "This certifies that ${name | h} has finished ${course | h}."
STYLES = {
    "plain": DEFAULT,
    "formal": "We hereby confirm: ${name | h} completed the course ${course | h}.",
}


def render(wording, **values):
    return Template(HEAD + wording, strict_undefined=True).render(**values)


async def certificate(request):
    form = await request.post()
    wording = STYLES.get(form.get("style"), form.get("wording") or DEFAULT)
    try:
        text = render(
            wording,
            name=form.get("name", ""),
            course=form.get("course", ""),
        )
    except (MakoException, NameError):
        raise web.HTTPBadRequest(text="cannot print the certificate")
    return web.Response(text=text, content_type="text/html")


def create_app():
    app = web.Application()
    app.router.add_post("/certificates", certificate)
    return app
