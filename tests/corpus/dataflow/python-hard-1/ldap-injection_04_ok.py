import json
import os

import ldap3

BASE = "ou=devices,dc=example,dc=org"


def octets(value):
    for ch in value:
        if ch.isascii() and ch.isalnum():
            yield ch
        else:
            yield "".join("\\%02x" % octet for octet in ch.encode("utf-8"))


def serial_filter(serial):
    shape = bytearray(b"(&(objectClass=device)(serialNumber=")
    shape += "".join(octets(serial)).encode("ascii")
    shape.extend(b"))")
    return shape.decode("ascii")


def connect():
    server = ldap3.Server(os.environ["LDAP_HOST"], use_ssl=True)
    return ldap3.Connection(
        server,
        user=os.environ["LDAP_USER"],
        password=os.environ["LDAP_PASSWORD"],
        auto_bind=True,
    )


def handler(event, context):
    query = event.get("queryStringParameters") or {}
    serial = query.get("serial", "")
    connection = connect()
    try:
        connection.search(BASE, serial_filter(serial), attributes=["owner"])
        owners = [str(entry.owner) for entry in connection.entries]
    finally:
        connection.unbind()
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"owners": owners}),
    }
