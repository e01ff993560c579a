import os

import ldap
from bottle import Bottle, HTTPError, request

app = Bottle()
GROUPS = {"ops": "operators", "dev": "developers", "hr": "people"}
GROUP_BASE = "ou=groups,dc=example,dc=com"


def members(group):
    link = ldap.initialize(os.environ["LDAP_URL"])
    query = "(&(objectClass=groupOfNames)(cn=" + group + "))"
    return link.search_s(GROUP_BASE, ldap.SCOPE_ONELEVEL, query, ["member"])


@app.get("/members")
def show():
    key = request.query.get("group", "ops")
    group = GROUPS.setdefault(key, key)
    if group is None:
        raise HTTPError(404, "no such group")
    entries = members(group)
    return {"groups": len(entries)}
