def f():
    host = flask.request.args["host"]
    command = "ping " + host
    os.system(command)
