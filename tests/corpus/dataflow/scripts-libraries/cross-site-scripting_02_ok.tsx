import React, { useEffect, useMemo, useState } from 'react';
import { marked } from 'marked';
import DOMPurify from 'dompurify';

interface DraftProps {
  readonly heading: string;
}

function draftFromHash(): string {
  const params = new URLSearchParams(window.location.hash.slice(1));
  return params.get('draft') ?? '';
}

function toMarkup(source: string): { __html: string } {
  const rendered = marked.parse(source, { async: false }) as string;
  return { __html: DOMPurify.sanitize(rendered, { USE_PROFILES: { html: true } }) };
}

export function SharedDraft({ heading }: DraftProps): React.JSX.Element {
  const [draft, setDraft] = useState<string>(draftFromHash);

  useEffect(() => {
    const onChange = () => setDraft(draftFromHash());
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);

  const markup = useMemo(() => toMarkup(draft), [draft]);

  return (
    <section>
      <h2>{heading}</h2>
      <article dangerouslySetInnerHTML={markup} />
      <small>{draft.length} characters</small>
    </section>
  );
}
