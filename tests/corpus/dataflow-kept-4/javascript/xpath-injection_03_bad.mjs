const resultList = () => document.querySelector('#parts');

function literal(text) {
  const escaped = text.replace(/\\/g, '\\\\').replace(/'/g, "\\'");
  return `'${escaped}'`;
}

async function loadParts() {
  const answer = await fetch('/data/parts.xml', { credentials: 'same-origin' });
  return new DOMParser().parseFromString(await answer.text(), 'application/xml');
}

function* matching(doc, maker) {
  const expression = `//part[not(@internal)][maker=${literal(maker)}]/name`;
  const found = doc.evaluate(expression, doc, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  for (let i = 0; i < found.snapshotLength; i += 1) {
    yield found.snapshotItem(i).textContent;
  }
}

async function refresh() {
  const maker = new URLSearchParams(window.location.search).get('maker');
  const list = resultList();
  if (!maker || !list) return;
  const doc = await loadParts();
  const rows = [...matching(doc, maker)].map((name) => {
    const row = document.createElement('li');
    row.textContent = name;
    return row;
  });
  list.replaceChildren(...rows);
}

window.addEventListener('popstate', refresh);
refresh();
