import logging

import numpy as np
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse
from starlette.routing import Route

from measurements import settings
from measurements.arrays import ArrayError, as_stream, summary

log = logging.getLogger(__name__)


class SeriesReader:
    def __init__(self, limit=settings.MAX_UPLOAD, objects=settings.PLAIN_COLUMNS):
        self.limit = limit
        self.objects = objects

    def read(self, data):
        stream = as_stream(data, self.limit)
        try:
            return np.load(stream, allow_pickle=self.objects)
        except (ValueError, EOFError) as exc:
            raise ArrayError("not an array") from exc


class SeriesEndpoint(HTTPEndpoint):
    reader = SeriesReader(objects=settings.PLAIN_COLUMNS)

    async def post(self, request):
        form = await request.form()
        upload = form.get("series")
        if upload is None or isinstance(upload, str):
            return JSONResponse({"error": "a file is needed"}, status_code=400)
        try:
            values = self.reader.read(await upload.read())
            result = summary(values)
        except ArrayError as exc:
            log.info("series refused: %s", exc)
            return JSONResponse({"error": "series cannot be used"}, status_code=422)
        return JSONResponse(result)


app = Starlette(routes=[Route("/series", SeriesEndpoint)])
