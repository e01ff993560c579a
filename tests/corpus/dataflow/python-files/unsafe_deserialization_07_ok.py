import yaml
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


class RecipeLoader(yaml.SafeLoader):
    pass


class SchemaLoader(yaml.UnsafeLoader):
    pass


LOADERS = dict(zip(("recipe", "schema"), (RecipeLoader, SchemaLoader)))


async def recipe(request):
    text = (await request.body()).decode("utf-8")
    reversed_table = {loader: name for name, loader in LOADERS.items()}
    loader = min(reversed_table, key=reversed_table.get)
    document = yaml.load(text, Loader=loader)
    return JSONResponse({"steps": len(document["steps"])})


app = Starlette(routes=[Route("/recipe", recipe, methods=["POST"])])
