import os

import ldap
import strawberry
from ldap.filter import filter_format
from strawberry.asgi import GraphQL

BASE = "dc=example,dc=org"


def directory():
    connection = ldap.initialize(os.environ["LDAP_URL"])
    connection.simple_bind_s(os.environ["LDAP_USER"], os.environ["LDAP_PASSWORD"])
    return connection


def group_filter(name):
    return filter_format("(&(objectClass=%s)(cn=" + "%s" + "))", ["groupOfNames", name])


@strawberry.type
class Group:
    dn: str
    members: int


@strawberry.type
class Query:
    @strawberry.field
    def groups(self, name: str) -> list[Group]:
        rows = directory().search_s(BASE, ldap.SCOPE_SUBTREE, group_filter(name), ["member"])
        return [
            Group(dn=dn, members=len(entry.get("member", ())))
            for dn, entry in rows
            if dn is not None
        ]


schema = strawberry.Schema(query=Query)
app = GraphQL(schema)
