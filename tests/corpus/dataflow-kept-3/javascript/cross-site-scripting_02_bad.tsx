'use client';

import { useMemo } from 'react';
import { useSearchParams } from 'next/navigation';
import DOMPurify from 'dompurify';
import { marked } from 'marked';

interface PreviewProps {
  title: string;
}

function toHtml(source: string): string {
  const cleaned = DOMPurify.sanitize(source);
  return marked.parse(cleaned, { async: false }) as string;
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
