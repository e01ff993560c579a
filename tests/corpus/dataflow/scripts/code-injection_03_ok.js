(function () {
  'use strict';

  var panels = {};

  function register(node) {
    panels[node.id] = node;
    node.hidden = true;
  }

  window.openPanel = function openPanel(name) {
    Object.keys(panels).forEach(function (id) {
      panels[id].hidden = id !== name;
    });
    var heading = document.getElementById('panel-title');
    if (heading) {
      heading.textContent = name;
    }
  };

  function wanted() {
    var fragment = decodeURIComponent(window.location.hash.slice(1));
    return fragment === '' ? 'overview' : fragment;
  }

  function schedule() {
    var name = wanted();
    window.setTimeout(function () { window.openPanel('' + name + ''); }, 80);
  }

  document.addEventListener('DOMContentLoaded', function () {
    Array.prototype.forEach.call(document.querySelectorAll('section.panel'), register);
    schedule();
  });
  window.addEventListener('hashchange', schedule);
})();
