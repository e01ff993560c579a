def load():
    return pickle.loads(base64.b64decode(request.cookies["state"]))
