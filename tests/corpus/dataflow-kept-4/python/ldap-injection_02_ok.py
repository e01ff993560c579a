import contextlib

import ldap
from fastapi import FastAPI, HTTPException
from ldap.filter import filter_format
from pydantic import BaseModel

app = FastAPI()

BASE = "ou=staff,dc=clinic,dc=example"


class Lookup(BaseModel):
    badge: str
    department: str = "surgery"


@contextlib.contextmanager
def directory():
    conn = ldap.initialize("ldaps://ldap.clinic.example")
    try:
        conn.simple_bind_s("cn=gate,dc=clinic,dc=example", open("/run/secrets/gate").read().strip())
        yield conn
    finally:
        conn.unbind_s()


@app.post("/badges/check")
def check(lookup: Lookup):
    unit = filter_format("(ou=%s)", [lookup.department])
    query = f"(&{unit}{filter_format('(employeeNumber=%s)', [lookup.badge])})"
    with directory() as conn:
        found = conn.search_s(BASE, ldap.SCOPE_ONELEVEL, query, ["cn"])
    if len(found) != 1:
        raise HTTPException(status_code=404)
    return {"valid": True}
