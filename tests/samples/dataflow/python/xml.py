import os
import xml.sax
from xml.dom import minidom
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.handler import feature_external_ges, feature_external_pes
from xml.sax.saxutils import escape, quoteattr

import flask


def general():
    xml.sax.make_parser().parse(flask.request.stream)
    reader = xml.sax.make_parser()
    reader.setFeature(feature_external_ges, True)
    reader.parse(flask.request.stream)  # expect: xml-external-entities


def parameter():
    reader = xml.sax.make_parser()
    reader.setFeature(feature_external_pes, 1)
    reader.parse(flask.request.stream)  # expect: xml-external-entities


def spelled():
    reader = xml.sax.make_parser()
    reader.setFeature("http://xml.org/sax/features/external-general-entities", True)
    reader.parse(flask.request.stream)  # expect: xml-external-entities


def switched_off():
    reader = xml.sax.make_parser()
    reader.setFeature(feature_external_ges, True)
    reader.setFeature(feature_external_ges, False)
    reader.parse(flask.request.stream)


def document():
    reader = xml.sax.make_parser()
    reader.setFeature(feature_external_ges, True)
    minidom.parseString(flask.request.get_data())
    return minidom.parseString(flask.request.get_data(), parser=reader) is None  # expect: xml-external-entities


def external():
    parser = expat.ParserCreate()
    return parser.ExternalEntityParserCreate("context") is None  # expect: xml-external-entities


def found():
    tree = ElementTree.parse("people.xml")
    tree.find("person[@name='" + flask.request.args["name"] + "']")  # expect: xpath-injection


def escaped():
    return flask.make_response("<p>" + escape(flask.request.args["name"]) + "</p>")


def quoted():
    return flask.make_response("<p title=" + quoteattr(flask.request.args["name"]) + "></p>")


def asked():
    tree = ElementTree.parse("people.xml")
    os.system("ls " + tree.find("x:folder", namespaces={"x": flask.request.args["space"]}).text)
