from flask import redirect, request
from furl import furl


def removed():
    return redirect(furl(request.args["to"]).remove(fragment=True).url)  # expect: open-redirect


def scheme():
    to = furl(request.args["to"])
    if to.scheme not in ("http", "https"):
        return redirect("/")
    return redirect(to.url)  # expect: open-redirect


def host():
    to = furl(request.args["to"])
    if to.host not in ("shop.example", "blog.example"):
        return redirect("/")
    return redirect(to.url)


def with_path():
    to = furl(request.args["to"])
    return redirect(furl("https://shop.example").set(path=str(to.path)).url)


def with_host():
    return redirect(furl(request.args["to"]).set(host="shop.example").url)
