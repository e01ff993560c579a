import os

from litestar import Response, get
from litestar.datastructures import Cookie

OPTIONS = {"path": "/", "secure": True}


@get("/folders")
async def handler(folder: str, pieces: int) -> None:
    os.system(f"ls -{pieces}")
    os.system("ls " + folder)  # expect: command-injection


def cookie():
    options = {name: value for name, value in OPTIONS.items() if name != "secure"}
    Cookie("size", **options)  # expect: insecure-cookie
    return [Cookie(key="sid", value="1", secure=True), Cookie("theme", "dark", **OPTIONS)]


def set_cookie():
    response = Response("")
    response.set_cookie("theme", "dark", httponly=True)  # expect: insecure-cookie
    response.set_cookie("theme", "dark", secure=True)
    return response
