import json
import os
import re
from urllib.parse import parse_qs

import ldap

UID = re.compile(r"^[a-z][a-z0-9]{1,30}", re.MULTILINE)


def application(environ, start_response):
    fields = parse_qs(environ.get("QUERY_STRING", ""))
    uid = fields.get("uid", [""])[0]
    if not UID.search(uid):
        start_response("400 Bad Request", [("Content-Length", "0")])
        return [b""]
    link = ldap.initialize(os.environ["LDAP_URL"])
    try:
        entries = link.search_s(
            os.environ["LDAP_BASE"], ldap.SCOPE_SUBTREE, "(uid=" + uid + ")", ["memberOf"]
        )
    finally:
        link.unbind_s()
    body = json.dumps({"entries": len(entries)}).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]
