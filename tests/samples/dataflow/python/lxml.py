import os

import flask
import lxml.html.clean
from lxml import etree, objectify


def parsed():
    etree.fromstring(flask.request.get_data(), etree.XMLParser(resolve_entities=False))
    etree.fromstring(flask.request.get_data(), etree.XMLParser(resolve_entities=True))  # expect: xml-external-entities


def made():
    etree.fromstring(flask.request.get_data(), objectify.makeparser(recover=True))
    objectify.fromstring(flask.request.get_data(), objectify.makeparser(resolve_entities=True))  # expect: xml-external-entities


def fetched():
    etree.fromstring(flask.request.get_data(), etree.XMLParser(load_dtd=True))
    etree.fromstring(flask.request.get_data(), etree.XMLParser(load_dtd=True, no_network=False))  # expect: xml-external-entities


def fetched_to_validate():
    parser = etree.XMLParser(dtd_validation=True, no_network=False)
    etree.fromstring(flask.request.get_data(), parser)  # expect: xml-external-entities


def fed():
    parser = etree.XMLParser(resolve_entities=True)
    parser.feed(flask.request.get_data())  # expect: xml-external-entities


def iterated():
    for _, _ in etree.iterparse(flask.request.stream, resolve_entities=True):  # expect: xml-external-entities
        pass


def included():
    etree.fromstring(flask.request.get_data()).getroottree().xinclude()  # expect: xml-external-entities


def searched():
    tree = etree.parse("people.xml")
    tree.xpath("//person[@name=$name]", name=flask.request.args["name"])
    tree.xpath("//person[@name='" + flask.request.args["name"] + "']")  # expect: xpath-injection


def found():
    tree = etree.parse("people.xml")
    tree.find("person[@name='" + flask.request.args["name"] + "']")  # expect: xpath-injection


def styled():
    return etree.XSLT(etree.XML(flask.request.get_data())) is None  # expect: code-injection


def cleaned():
    return flask.make_response(lxml.html.clean.clean_html(flask.request.args["page"]))


def asked():
    tree = etree.parse("people.xml")
    os.system("ls " + tree.xpath("//folder[@name=$name]", name=flask.request.args["name"])[0].text)
