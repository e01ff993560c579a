'use client';

import { useMemo, useState } from 'react';
import { useSearchParams } from 'next/navigation';
import DOMPurify from 'isomorphic-dompurify';
import { marked } from 'marked';

const MAX_LENGTH = 4000;

function toHtml(markdown: string): string {
  const source = markdown.slice(0, MAX_LENGTH);
  return marked.parse(DOMPurify.sanitize(source), { async: false });
}

interface PreviewProps {
  onSubmit: (text: string) => Promise<void>;
}

export function CommentPreview({ onSubmit }: PreviewProps) {
  const params = useSearchParams();
  const [text, setText] = useState(params.get('draft') ?? '');
  const [sending, setSending] = useState(false);
  const html = useMemo(() => toHtml(text), [text]);

  async function submit() {
    setSending(true);
    try {
      await onSubmit(text);
      setText('');
    } finally {
      setSending(false);
    }
  }

  return (
    <section>
      <textarea value={text} maxLength={MAX_LENGTH} onChange={(event) => setText(event.target.value)} />
      <div className="preview" dangerouslySetInnerHTML={{ __html: html }} />
      <button disabled={sending || text === ''} onClick={submit}>
        Send
      </button>
    </section>
  );
}
