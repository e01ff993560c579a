import os

from chalice import Chalice, Response

app = Chalice(app_name="shop")


@app.route("/parameters")
def parameters():
    params = app.current_request.query_params or {}
    os.system("ls " + params.get("folder", ""))  # expect: command-injection


@app.route("/view/{folder}")
def view(folder):
    os.system("ls " + folder)  # expect: command-injection


@app.route("/redirected")
def redirected():
    to = app.current_request.query_params["to"]
    return Response(body="", status_code=302, headers={"Location": to})  # expect: open-redirect


@app.route("/page")
def page():
    name = app.current_request.query_params["name"]
    return Response(body="<p>" + name, headers={"Content-Type": "text/html"})  # expect: cross-site-scripting


@app.route("/plain")
def plain():
    return Response(body=app.current_request.query_params["name"], headers={"Content-Type": "text/plain"})


@app.on_sqs_message(queue="orders")
def message(event):
    for record in event:
        os.system("ls " + record.body)  # expect: command-injection
