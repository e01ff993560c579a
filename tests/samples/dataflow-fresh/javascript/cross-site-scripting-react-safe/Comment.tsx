import React, { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import DOMPurify from 'dompurify';

interface Props {
  title: string;
}

export function Preview({ title }: Props) {
  const [params] = useSearchParams();
  const [html, setHtml] = useState('');

  useEffect(() => {
    const draft = params.get('draft') ?? '';
    setHtml(DOMPurify.sanitize(draft));
  }, [params]);

  return (
    <article>
      <h2>{title}</h2>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </article>
  );
}
