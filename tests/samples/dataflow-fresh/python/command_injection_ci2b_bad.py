import subprocess
from collections import deque, namedtuple
from flask import request

Job = namedtuple("Job", "program argument")


def init(app):

    @app.route('/cmdi-00/zci2', methods=['GET'])
    def zci2_get():
        RESPONSE = ""
        param = request.args.get("zci2", "")
        queue = deque()
        queue.append(Job("echo", "static"))
        queue.appendleft(Job("echo", param))
        job = queue.popleft()
        out = subprocess.check_output(["/bin/sh", "-c", job.program + " " + job.argument])
        RESPONSE += str(len(out))
        return RESPONSE
