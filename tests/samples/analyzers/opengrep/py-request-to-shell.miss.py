def f():
    host = shlex.quote(flask.request.args["host"])
    command = "ping " + host
    os.system(command)
