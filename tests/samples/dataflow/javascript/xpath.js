const xpath = require('xpath');
const libxmljs = require('libxmljs');
const staff = libxmljs.parseXml('<staff/>');

function selected(req, res) {
  return xpath.select("//user[@name='" + req.query.name + "']", staff); // expect: xpath-injection
}

function found(req, res) {
  return staff.get("//user[@name='" + req.query.name + "']"); // expect: xpath-injection
}

function evaluated(req, res) {
  return document.evaluate("//user[@name='" + req.query.name + "']", document); // expect: xpath-injection
}
