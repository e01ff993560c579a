'use strict';

function assign(target, keys, value) {
  let node = target;
  keys.slice(0, -1).forEach((key) => {
    if (typeof node[key] !== 'object' || node[key] === null) {
      node[key] = {};
    }
    node = node[key];
  });
  node[keys[keys.length - 1]] = value;
  return target;
}

function split(path) {
  return path.replace(/\[(\w+)\]/g, '.$1').split('.').filter(Boolean);
}

module.exports = { assign, split };
