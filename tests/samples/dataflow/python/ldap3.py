import os

import flask
import ldap3
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

BASE = "dc=example,dc=org"
link = ldap3.Connection("ldaps://ldap.example.org")


def stored():
    os.system("ls " + link.entries[0].cn)  # expect: command-injection


def searched():
    link.search(BASE, "(cn=" + flask.request.args["name"] + ")")  # expect: ldap-injection


def named():
    link.delete("cn=" + flask.request.args["name"] + "," + BASE)  # expect: ldap-injection


def bound():
    return ldap3.Connection("ldaps://x", "cn=" + flask.request.args["name"] + "," + BASE) is None  # expect: ldap-injection


def read(person):
    return ldap3.Reader(link, person, "(cn=" + flask.request.args["name"] + ")", BASE) is None  # expect: ldap-injection


def escaped():
    link.search(BASE, "(cn=" + escape_filter_chars(flask.request.args["name"]) + ")")


def escaped_name():
    link.delete("cn=" + escape_rdn(flask.request.args["name"]) + "," + BASE)


def asked():
    return open("/srv/%s" % link.search(BASE, "(cn=" + escape_filter_chars(flask.request.args["name"]) + ")"))
