import React, { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import { marked } from 'marked';
import DOMPurify from 'dompurify';

interface PreviewProps {
  fallback?: string;
}

function toHtml(source: string): string {
  return marked.parse(source, { async: false, breaks: true }) as string;
}

function useDraft(fallback: string): { html: string; words: number } {
  const [params] = useSearchParams();
  const draft = params.get('draft') ?? fallback;
  return useMemo(() => {
    const html = DOMPurify.sanitize(draft && toHtml(draft));
    return { html, words: draft.split(/\s+/).length };
  }, [draft]);
}

export default function Preview({ fallback = '*Nothing yet*' }: PreviewProps) {
  const { html, words } = useDraft(fallback);
  return (
    <article>
      <div className="markdown" dangerouslySetInnerHTML={{ __html: html }} />
      <footer>{words} words</footer>
    </article>
  );
}
