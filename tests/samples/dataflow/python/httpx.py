import os

import flask
import httpx
import safehttpx


def reply():
    os.system("ls " + httpx.get("https://example.org").text)  # expect: command-injection


async def asked():
    async with httpx.AsyncClient() as client:
        await client.get("https://example.org", params={"name": flask.request.args["name"]})
        await client.get(flask.request.args["url"])  # expect: server-side-request-forgery


async def sent():
    async with httpx.AsyncClient() as client:
        request = client.build_request("GET", flask.request.args["url"])
        await client.send(request)  # expect: server-side-request-forgery
    await client.send(httpx.Request("GET", "https://example.org", content=flask.request.data))


async def validated():
    address = httpx.URL(flask.request.args["url"])
    await safehttpx.async_validate_url(address.host)
    return httpx.get(address)


def requested():
    httpx.request("GET", flask.request.args["url"])  # expect: server-side-request-forgery


def replied():
    return open(httpx.post("https://example.org", data=flask.request.args).text)


def based():
    with httpx.Client(base_url="https://example.org") as client:
        client.get("/items/" + flask.request.args["id"])
    httpx.Client(base_url=flask.request.args["url"]).get("/items")  # expect: server-side-request-forgery


def checked():
    url = httpx.URL(flask.request.args["url"])
    httpx.get(url)  # expect: server-side-request-forgery
    if url.host == "example.org":
        httpx.get(url)


def copied():
    url = httpx.URL("https://example.org")
    httpx.get(url.copy_with(path=flask.request.args["path"]))
    httpx.get(url.copy_with(host=flask.request.args["host"]))  # expect: server-side-request-forgery
