'use strict';

/** Turn a value into one word of a POSIX shell command line. */
function word(value) {
  const text = String(value).replace(/[\r\n]+/g, ' ');
  return '"' + text.replace(/"/g, '\\"') + '"';
}

module.exports = { word };
