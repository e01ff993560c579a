const SECTIONS = { news: 'news', jobs: 'jobs', events: 'events' };

const parser = new DOMParser();
let archive = null;

async function loadArchive() {
  const response = await fetch('/data/archive.xml');
  archive = parser.parseFromString(await response.text(), 'application/xml');
}

function select(section, year) {
  const name = Object.hasOwn(SECTIONS, section) ? SECTIONS[section] : SECTIONS.news;
  const expression = `/archive/section[@name="${name}" and @public="1"]/entry[@year=${Number(year) || 2024}]`;
  return archive.evaluate(expression, archive, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
}

async function show() {
  const { section, year } = Object.fromEntries(new URLSearchParams(window.location.search));
  await loadArchive();
  const snapshot = select(section, year);
  const list = document.querySelector('ul#entries');
  for (let i = 0; i < snapshot.snapshotLength; i += 1) {
    const item = document.createElement('li');
    item.textContent = snapshot.snapshotItem(i).textContent;
    list.append(item);
  }
}

show().catch((err) => console.error(err));
