from contextlib import contextmanager

from ldap3 import ALL, Connection, Server

SERVER = Server("ldaps://ldap.corp.example", get_info=ALL)
PEOPLE = "ou=people,dc=corp,dc=example"


@contextmanager
def session():
    connection = Connection(SERVER, auto_bind=True, read_only=True)
    try:
        yield connection
    finally:
        connection.unbind()
