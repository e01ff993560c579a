"""Finds the owner of a badge for the reception desk."""
import os

from fastapi import Depends, FastAPI, HTTPException
from ldap3 import ALL_ATTRIBUTES, Connection, Server

app = FastAPI()
BASE = "ou=staff,dc=example,dc=com"


def directory():
    server = Server(os.environ["DIRECTORY_URL"], use_ssl=True)
    connection = Connection(
        server,
        os.environ["DIRECTORY_USER"],
        os.environ["DIRECTORY_PASSWORD"],
        auto_bind=True,
    )
    try:
        yield connection
    finally:
        connection.unbind()


def first_entry(connection, *conditions):
    joined = "".join(f"({name}={value})" for name, value in conditions)
    connection.search(BASE, f"(&{joined})", attributes=ALL_ATTRIBUTES)
    return connection.entries[0] if connection.entries else None


@app.get("/badges/{badge}/owner")
def owner(badge: int, connection: Connection = Depends(directory)):
    entry = first_entry(connection, ("objectClass", "person"), ("badgeNumber", badge))
    if entry is None:
        raise HTTPException(status_code=404, detail="nobody has this badge")
    return {"name": str(entry.cn), "floor": str(entry.roomNumber)}
