from enum import Enum

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()


class Landing(str, Enum):
    docs = "https://docs.example.com/"
    blog = "https://blog.example.com/"
    shop = "https://shop.example.com/"


@app.get("/go")
async def go(to: Landing = Landing.docs):
    target = to.value
    response = RedirectResponse(target, status_code=302)
    response.headers["Cache-Control"] = "no-store"
    return response


@app.get("/targets")
async def targets():
    return {"targets": [landing.name for landing in Landing]}
