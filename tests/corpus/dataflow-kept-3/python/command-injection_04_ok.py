import asyncio
from enum import Enum
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Profile(str, Enum):
    draft = "draft"
    print = "print"
    web = "web"


class RenderRequest(BaseModel):
    document: int = Field(gt=0)
    profile: Profile = Profile.draft
    copies: int = Field(default=1, ge=1, le=9)

    def options(self):
        chosen = self.profile.value
        return {"profile": chosen, "copies": self.copies}


class Renderer:
    def __init__(self, root="/srv/render"):
        self.root = root

    def command(self, wanted: RenderRequest):
        flags = " ".join(f"--{k}={v}" for k, v in wanted.options().items())
        return f"{self.root}/bin/render {flags} {wanted.document:08d}"

    async def run(self, wanted):
        proc = await asyncio.create_subprocess_shell(self.command(wanted))
        return await proc.wait()


def renderer():
    return Renderer()


@app.post("/renders")
async def render(wanted: RenderRequest, tool: Annotated[Renderer, Depends(renderer)]):
    return {"status": await tool.run(wanted)}
