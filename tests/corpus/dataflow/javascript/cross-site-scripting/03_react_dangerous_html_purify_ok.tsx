import { useEffect, useMemo, useState } from 'react';
import DOMPurify from 'dompurify';
import { marked } from 'marked';

interface Draft {
  title: string;
  body: string;
}

function readDraft(): Draft {
  const params = new URLSearchParams(window.location.hash.replace(/^#/, ''));
  return { title: params.get('title') ?? 'Untitled', body: params.get('body') ?? '' };
}

function toHtml(body: string): string {
  const source = marked.parse(body, { async: false }) as string;
  return DOMPurify.sanitize(source);
}

export function SharedDraft() {
  const [draft, setDraft] = useState<Draft>(readDraft);

  useEffect(() => {
    const listener = () => setDraft(readDraft());
    window.addEventListener('hashchange', listener);
    return () => window.removeEventListener('hashchange', listener);
  }, []);

  const html = useMemo(() => toHtml(draft.body), [draft.body]);
  return (
    <article data-purify={DOMPurify.isSupported}>
      <h1>{draft.title}</h1>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </article>
  );
}
