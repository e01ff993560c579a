'use client';

import { useMemo } from 'react';
import { useSearchParams } from 'next/navigation';
import DOMPurify from 'dompurify';
import { marked } from 'marked';

interface PreviewProps {
  title: string;
}

function toHtml(source: string): string {
  const rendered = marked.parse(source, { async: false }) as string;
  return DOMPurify.sanitize(rendered);
}

export default function NotePreview({ title }: PreviewProps) {
  const params = useSearchParams();
  const draft = params.get('draft') ?? '';
  const html = useMemo(() => toHtml(draft), [draft]);

  return (
    <section className="note">
      <h2>{title}</h2>
      {draft.length > 0 ? (
        <article dangerouslySetInnerHTML={{ __html: html }} />
      ) : (
        <p>Nothing to preview</p>
      )}
    </section>
  );
}
