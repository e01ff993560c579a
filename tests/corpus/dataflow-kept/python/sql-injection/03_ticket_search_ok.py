"""Full-text-like search over support tickets."""
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

routes = web.RouteTableDef()


class TicketRepository:
    def __init__(self, engine):
        self.engine = engine

    async def search(self, *, words, project):
        conditions = ["project_id = :project"]
        values = {"project": project}
        for index, word in enumerate(words):
            conditions.append(f"title ILIKE :word{index}")
            values[f"word{index}"] = f"%{word}%"
        query = "SELECT id, title FROM tickets WHERE " + " AND ".join(conditions)
        async with self.engine.connect() as connection:
            result = await connection.execute(text(query), values)
            return [dict(row) for row in result.mappings()]


@routes.get("/projects/{project:\\d+}/tickets")
async def search(request):
    words = request.query.get("q", "").split()[:5]
    repository = request.app["tickets"]
    found = await repository.search(words=words, project=int(request.match_info["project"]))
    return web.json_response({"tickets": found})


def create_app(url):
    app = web.Application()
    app["tickets"] = TicketRepository(create_async_engine(url))
    app.add_routes(routes)
    return app
