from aiohttp import web


def negotiated(accept):
    return "csv" if "csv" in accept else "table"


class Renderer:
    content_type = "text/html"

    def lines(self, rows):
        raise NotImplementedError

    def response(self, rows):
        text = "\n".join(self.lines(rows))
        return web.Response(
            text=text,
            content_type=self.content_type,
            headers={"X-Content-Type-Options": "nosniff"},
        )


class CsvRenderer(Renderer):
    def lines(self, rows):
        for row in rows:
            yield ";".join(row)


class TableRenderer(Renderer):
    def lines(self, rows):
        widths = [max(map(len, column)) for column in zip(*rows)]
        for row in rows:
            yield " | ".join(cell.ljust(width) for cell, width in zip(row, widths))


RENDERERS = {"csv": CsvRenderer(), "table": TableRenderer()}


async def schedule(request):
    rows = [("person", "day")]
    for person, day in request.query.items():
        rows.append((person, day))
    return RENDERERS[negotiated(request.headers.get("Accept", ""))].response(rows)


app = web.Application()
app.router.add_get("/schedule", schedule)
