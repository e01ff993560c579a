import os
import pickle

from fastapi import Depends, FastAPI, File, Query
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.security import OAuth2PasswordRequestForm

app = FastAPI()


def form(data: OAuth2PasswordRequestForm):
    os.system("ls " + data.username)  # expect: command-injection


@app.get("/operation/{number}")
def operation(number: int, folder: str):
    os.system("sleep %s" % number)
    os.system("ls " + folder)  # expect: command-injection
    return folder


@app.get("/queried")
def queried(folder: str = Query("."), depth: int = Query(1)):
    os.system("ls " + folder)  # expect: command-injection
    os.system("tree -L %s" % depth)


@app.post("/sent")
def sent(state: bytes = File()):
    return len(pickle.loads(state))  # expect: unsafe-deserialization


@app.get("/page", response_class=HTMLResponse)
def page(name: str):
    return "Hello " + name  # expect: cross-site-scripting


@app.get("/elsewhere", response_class=RedirectResponse)
def elsewhere(url: str):
    return url  # expect: open-redirect


@app.get("/file", response_class=FileResponse)
def file(name: str):
    return "/srv/" + name  # expect: path-traversal


@app.websocket("/socket")
async def socket(link):
    os.system("ls " + await link.receive_text())  # expect: command-injection


def dependency(folder: str):
    os.system("ls " + folder)  # expect: command-injection


@app.get("/dependent")
def dependent(found: int = Depends(dependency)):
    return found


def added(folder: str):
    os.system("ls " + folder)  # expect: command-injection


app.add_api_route("/added", added)
