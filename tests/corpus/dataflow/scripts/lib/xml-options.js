'use strict';

const quiet = { nowarning: true, noerror: true };

function parserOptions(features) {
  const options = { ...quiet, nonet: true };
  for (const feature of features) {
    options[feature] = true;
  }
  return options;
}

module.exports = { parserOptions };
