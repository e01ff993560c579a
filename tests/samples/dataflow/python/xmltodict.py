import flask
import xmltodict


def parsed():
    xmltodict.parse(flask.request.get_data())
    return len(xmltodict.parse(flask.request.get_data(), disable_entities=False))  # expect: xml-external-entities
