import os

import flask
import httpx


def reply():
    os.system("ls " + httpx.get("https://example.org").text)  # expect: command-injection


async def asked():
    async with httpx.AsyncClient() as client:
        await client.get("https://example.org", params={"name": flask.request.args["name"]})
        await client.get(flask.request.args["url"])  # expect: server-side-request-forgery


def requested():
    httpx.request("GET", flask.request.args["url"])  # expect: server-side-request-forgery


def replied():
    return open(httpx.post("https://example.org", data=flask.request.args).text)
