const libxmljs = require('libxmljs2');

function entities(req, res) {
  return libxmljs.parseXml(req.body, { noent: true }); // expect: xml-external-entities
}

function replaced_entities(req, res) {
  return libxmljs.parseXml(req.body, { replaceEntities: true }); // expect: xml-external-entities
}

function loaded_type(req, res) {
  return libxmljs.parseXml(req.body, { dtdload: true }); // expect: xml-external-entities
}

function entity_option(req, res) {
  const { ParseOption, XmlDocument } = require('libxml2-wasm');
  return XmlDocument.fromString(req.body, { option: ParseOption.XML_PARSE_NOENT }); // expect: xml-external-entities
}
