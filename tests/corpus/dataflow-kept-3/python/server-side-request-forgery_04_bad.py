from typing import Annotated, Literal

import aiohttp
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class MirrorCheck(BaseModel):
    mirror: Annotated[str, Field(pattern=r"^(north|south)")]
    release: int = Field(gt=0, lt=10_000)

    @property
    def parts(self):
        yield "https:/"
        yield self.mirror + ".mirrors.example.org"
        yield "releases"
        yield str(self.release)


async def client():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as current:
        yield current


@app.post("/mirrors/check")
async def check(wanted: MirrorCheck, http: Annotated[aiohttp.ClientSession, Depends(client)]):
    async with http.get("/".join(wanted.parts)) as answer:
        return {"reachable": answer.status == 200}
