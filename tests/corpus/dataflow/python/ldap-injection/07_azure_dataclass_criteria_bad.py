import json
import os
from dataclasses import dataclass, field

import azure.functions as func
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

app = func.FunctionApp()


@dataclass
class Criteria:
    mail: str
    kinds: list = field(default_factory=lambda: ["person"])

    def __post_init__(self):
        self.shown = escape_filter_chars(self.mail)

    def __str__(self):
        kinds = "".join(f"(objectClass={kind})" for kind in self.kinds)
        return f"(&(|{kinds})(mail={self.mail}))"


@app.route(route="contacts")
def contacts(req: func.HttpRequest) -> func.HttpResponse:
    criteria = Criteria(mail=req.params.get("mail", ""))
    server = Server(os.environ["LDAP_HOST"], use_ssl=True)
    with Connection(server, auto_bind=True) as conn:
        conn.search("dc=example,dc=com", str(criteria), attributes=["cn"])
        found = len(conn.entries)
    return func.HttpResponse(json.dumps({"found": found}), mimetype="application/json")
