const KEY = /[^[\]]+/g;

function parseQuery(search) {
  const result = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const keys = name.match(KEY) || [];
    const last = keys.pop();
    if (last === undefined) {
      continue;
    }
    const holder = keys.reduce((node, key) => {
      if (node[key] === undefined || typeof node[key] === 'string') {
        node[key] = {};
      }
      return node[key];
    }, result);
    holder[last] = value;
  }
  return result;
}

function applyFilters(filters) {
  document.querySelectorAll('[data-filter]').forEach((input) => {
    const value = filters.filter && filters.filter[input.dataset.filter];
    if (typeof value === 'string') {
      input.value = value;
    }
  });
}

window.addEventListener('popstate', () => applyFilters(parseQuery(window.location.search)));
applyFilters(parseQuery(window.location.search));
