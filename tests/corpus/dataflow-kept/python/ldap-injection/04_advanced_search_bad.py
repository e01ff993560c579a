"""Advanced search form of the address book: any number of conditions."""
import json

import ldap
import ldap.filter
import tornado.web

ATTRIBUTES = {
    "name": "cn",
    "surname": "sn",
    "department": "ou",
    "city": "l",
}


def clause(condition):
    attribute = ATTRIBUTES.get(condition["field"], condition["field"])
    value = ldap.filter.escape_filter_chars(str(condition["value"]))
    return f"({attribute}={value})"


def build(conditions):
    parts = ["(objectClass=inetOrgPerson)", "(!(visibility=private))"]
    for condition in conditions[:10]:
        parts.append(clause(condition))
    return "(&" + "".join(parts) + ")"


class SearchHandler(tornado.web.RequestHandler):
    def initialize(self, uri):
        self.uri = uri

    def post(self):
        try:
            query = build(json.loads(self.request.body)["conditions"])
        except (KeyError, TypeError, ValueError):
            raise tornado.web.HTTPError(400)
        directory = ldap.initialize(self.uri)
        directory.simple_bind_s()
        entries = directory.search_s(
            "dc=example,dc=org", ldap.SCOPE_SUBTREE, query, ["cn", "mail"]
        )
        self.write({"found": [dn for dn, _ in entries]})
