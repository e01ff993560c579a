'use strict';

function hex(ch) {
  return '\\' + ch.charCodeAt(0).toString(16).padStart(2, '0');
}

exports.dnValue = function dnValue(text) {
  return text.replace(/[,+"<>;#\\\0]/g, hex);
};

exports.filterValue = function filterValue(text) {
  return text.replace(/[*()\\\0]/g, hex);
};
