const libxmljs = require('libxmljs2');
const xml2js = require('xml2js');

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

function given_back(req, res) {
  xml2js.parseString(req.body, (err, doc) => {
    eval(doc.code); // expect: code-injection
  });
}

function given_back_options(req, res) {
  xml2js.parseString(req.body, { trim: true }, (err, doc) => {
    eval(doc.code); // expect: code-injection
  });
}
