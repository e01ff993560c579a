(function (window, document) {
  'use strict';

  const panels = {
    overview() { document.body.dataset.panel = 'overview'; },
    billing() { document.body.dataset.panel = 'billing'; },
    members() { document.body.dataset.panel = 'members'; },
  };
  window.panels = panels;

  function wanted() {
    const params = new URLSearchParams(window.location.hash.slice(1));
    return params.get('panel') || 'overview';
  }

  function schedule(name, delay) {
    window.setTimeout('panels.' + name + '()', delay);
  }

  function onChange() {
    const name = wanted();
    if (name.length > 200) {
      return;
    }
    schedule(name, 50);
  }

  window.addEventListener('hashchange', onChange);
  document.addEventListener('DOMContentLoaded', onChange);
})(window, document);
