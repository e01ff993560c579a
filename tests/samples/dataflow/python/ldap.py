import os

import flask
import ldap
from ldap.dn import escape_dn_chars
from ldap.filter import escape_filter_chars, filter_format

BASE = "dc=example,dc=org"
link = ldap.initialize("ldaps://ldap.example.org")


def stored():
    os.system("ls " + link.search_s(BASE, ldap.SCOPE_SUBTREE, "(cn=a)")[0][0])  # expect: command-injection


def searched():
    link.search_s(BASE, ldap.SCOPE_SUBTREE, "(cn=" + flask.request.args["name"] + ")")  # expect: ldap-injection


def named():
    link.delete_s("cn=" + flask.request.args["name"] + "," + BASE)  # expect: ldap-injection


def escaped():
    link.search_s(BASE, ldap.SCOPE_SUBTREE, "(cn=" + escape_filter_chars(flask.request.args["name"]) + ")")


def formatted():
    link.search_s(BASE, ldap.SCOPE_SUBTREE, filter_format("(cn=%s)", [flask.request.args["name"]]))
    pattern = "(&(cn=%s)(l=" + flask.request.args["place"] + "))"
    link.search_s(BASE, ldap.SCOPE_SUBTREE, filter_format(pattern, ["a"]))  # expect: ldap-injection


def escaped_name():
    link.delete_s("cn=" + escape_dn_chars(flask.request.args["name"]) + "," + BASE)


def asked():
    name = escape_filter_chars(flask.request.args["name"])
    return open(link.search_s(BASE, ldap.SCOPE_SUBTREE, "(cn=" + name + ")")[0][0])
