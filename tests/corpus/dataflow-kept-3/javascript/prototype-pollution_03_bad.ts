type Branch = { [key: string]: Branch | string };

function empty(): Branch {
  return {};
}

function parseFilters(search: string): Branch {
  const root = empty();
  for (const [name, value] of new URLSearchParams(search)) {
    const keys = name.split('.').filter((key) => key !== '');
    const leaf = keys.pop();
    if (leaf === undefined) continue;

    let node = root;
    for (const key of keys) {
      let child = node[key];
      if (typeof child === 'string' || child === undefined) {
        child = empty();
        node[key] = child;
      }
      node = child;
    }
    node[leaf] = value;
  }
  return root;
}

function applyFilters(table: HTMLTableElement, filters: Branch): void {
  const status = filters['status'];
  for (const row of Array.from(table.rows)) {
    row.hidden = typeof status === 'string' && row.dataset.status !== status;
  }
}

window.addEventListener('DOMContentLoaded', () => {
  const table = document.querySelector<HTMLTableElement>('table#orders');
  if (table !== null) {
    applyFilters(table, parseFilters(window.location.search));
  }
});
