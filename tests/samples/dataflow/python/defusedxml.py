import flask
from defusedxml import ElementTree


def unchecked():
    ElementTree.fromstring(flask.request.get_data())
    text = flask.request.get_data()
    return ElementTree.fromstring(text, forbid_entities=False, forbid_external=False) is None  # expect: xml-external-entities
