from contextlib import contextmanager

import ldap
import ldap3

from staff import settings


@contextmanager
def directory():
    server = ldap3.Server(settings.LDAP_URL, connect_timeout=5)
    connection = ldap3.Connection(
        server, settings.BIND_DN, settings.BIND_SECRET, auto_bind=True, read_only=True
    )
    try:
        yield connection
    finally:
        connection.unbind()


def open_ldap():
    connection = ldap.initialize(settings.LDAP_URL)
    connection.simple_bind_s(settings.BIND_DN, settings.BIND_SECRET)
    return connection
