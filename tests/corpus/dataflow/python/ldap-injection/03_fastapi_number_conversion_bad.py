import os

from fastapi import Depends, FastAPI, HTTPException
from ldap3 import Connection, Server

app = FastAPI()


def directory():
    server = Server("ldaps://ldap.example.com")
    conn = Connection(server, os.environ["LDAP_USER"], os.environ["LDAP_PASSWORD"], auto_bind=True)
    try:
        yield conn
    finally:
        conn.unbind()


@app.get("/badges/{number}")
def badge(number: str, conn: Connection = Depends(directory)):
    query = "(&(objectClass=employee)(badge={}))".format(number)
    conn.search("ou=staff,dc=example,dc=com", query, attributes=["cn"])
    if not conn.entries:
        raise HTTPException(status_code=404)
    return {"name": str(conn.entries[0].cn)}
