import os

from litestar import get


@get("/folders")
async def handler(folder: str, pieces: int) -> None:
    os.system(f"ls -{pieces}")
    os.system("ls " + folder)  # expect: command-injection
