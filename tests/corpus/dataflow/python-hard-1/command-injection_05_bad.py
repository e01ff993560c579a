import os
import shlex

import paramiko
from sanic import Sanic
from sanic.response import json as json_response

app = Sanic("fleet")
FLEET = {"blue": "blue.internal", "green": "green.internal"}


def connect(host):
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    client.connect(host, username="deploy", key_filename=os.environ["DEPLOY_KEY"])
    return client


def unit_argument(name):
    return "'" + name.strip("'") + "'"


def is_active(host, unit):
    client = connect(host)
    try:
        _, stdout, _ = client.exec_command(f"systemctl is-active -- {unit}", timeout=10)
        return stdout.channel.recv_exit_status() == 0
    finally:
        client.close()


@app.get("/fleet/<colour:str>/unit")
async def unit_state(request, colour):
    host = FLEET.get(colour)
    if host is None:
        return json_response({"error": "no such fleet"}, status=404)
    name = request.args.get("name", "web.service")
    loop = request.app.loop
    active = await loop.run_in_executor(None, is_active, host, unit_argument(name))
    return json_response({"active": active})
