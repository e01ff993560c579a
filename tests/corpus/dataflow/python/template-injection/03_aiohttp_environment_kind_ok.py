from aiohttp import web
from jinja2.sandbox import ImmutableSandboxedEnvironment as Engine
from jinja2 import TemplateError

ENGINE = Engine(autoescape=True)
routes = web.RouteTableDef()


@routes.post("/newsletter/preview")
async def preview(request: web.Request) -> web.Response:
    form = await request.post()
    source = str(form.get("source", ""))[:2000]
    try:
        text = ENGINE.from_string(source).render(name="A. Reader")
    except TemplateError:
        raise web.HTTPBadRequest(text="template not readable")
    return web.json_response({"preview": text})


app = web.Application()
app.add_routes(routes)
