interface Chapter {
  heading: string;
  page: string;
}

async function loadManual(): Promise<Document> {
  const response = await fetch('/assets/manual.xml');
  return new DOMParser().parseFromString(await response.text(), 'application/xml');
}

function chapterFromHash(hash: string): string {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const wanted = params.get('chapter') ?? '1';
  return String(Number.parseInt(wanted, 10) > 0 ? Number.parseInt(wanted, 10) : 1);
}

function findChapter(manual: Document, position: string): Chapter | null {
  const result = manual.evaluate(
    `/manual/public/chapter[${position}]`,
    manual,
    null,
    XPathResult.FIRST_ORDERED_NODE_TYPE,
    null,
  );
  const element = result.singleNodeValue as Element | null;
  return element && { heading: element.getAttribute('heading') ?? '', page: element.getAttribute('page') ?? '' };
}

async function show(): Promise<void> {
  const manual = await loadManual();
  const chapter = findChapter(manual, chapterFromHash(window.location.hash));
  const target = document.getElementById('chapter-title');
  if (target && chapter) {
    target.textContent = `${chapter.heading} (p. ${chapter.page})`;
  }
}

window.addEventListener('hashchange', () => void show());
void show();

export {};
