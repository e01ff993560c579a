(function (global) {
  'use strict';

  function parse(search) {
    var out = {};
    search
      .replace(/^\?/, '')
      .split('&')
      .filter(Boolean)
      .forEach(function (pair) {
        var at = pair.indexOf('=');
        var name = decodeURIComponent(at < 0 ? pair : pair.slice(0, at));
        var value = at < 0 ? '' : decodeURIComponent(pair.slice(at + 1));
        var match = /^([^\[]+)\[([^\]]+)\]$/.exec(name);
        if (!match) {
          out[name] = value;
          return;
        }
        var group = match[1];
        if (!Object.prototype.hasOwnProperty.call(out, group)) {
          Object.defineProperty(out, group, { value: {}, enumerable: true, writable: true });
        }
        out[group][match[2]] = value;
      });
    return out;
  }

  function apply(filters) {
    document.querySelectorAll('[data-filter]').forEach(function (node) {
      var name = node.getAttribute('data-filter');
      node.classList.toggle('active', Boolean(filters) && filters[name] === 'on');
    });
  }

  global.addEventListener('DOMContentLoaded', function () {
    var query = parse(global.location.search);
    apply(query.filter);
  });
})(window);
