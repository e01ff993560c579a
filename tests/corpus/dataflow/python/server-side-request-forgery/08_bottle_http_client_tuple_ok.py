import http.client

from bottle import Bottle, HTTPError, request

app = Bottle()
NODES = (("node-a.example.com", 8443), ("node-b.example.com", 8443))


def endpoint():
    body = request.json or {}
    wanted = (str(body.get("host", NODES[0][0])), int(body.get("port", 8443)))
    *others, first = (wanted, *NODES)
    return first, len(others)


@app.post("/nodes/check")
def check():
    (host, port), others = endpoint()
    connection = http.client.HTTPSConnection(host, port, timeout=3)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
    except OSError:
        raise HTTPError(502, "node not reached")
    finally:
        connection.close()
    return {"status": status, "others": others}
