def preview():
    return requests.get(SERVICE, params={"url": request.args["url"]}, timeout=5).text
