import { useEffect, useMemo, useState } from 'react';
import DOMPurify from 'dompurify';
import { marked } from 'marked';

interface Comment {
  id: number;
  author: string;
  body: string;
}

function toHtml(body: string): string {
  const source = body.replace(/<script[\s\S]*?<\/script>/gi, '');
  return marked.parse(source, { async: false }) as string;
}

function CommentBody({ comment }: { comment: Comment }) {
  const html = useMemo(() => toHtml(comment.body), [comment.body]);
  return (
    <article data-purify={DOMPurify.isSupported}>
      <h3>{comment.author}</h3>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </article>
  );
}

export function CommentList({ thread }: { thread: string }) {
  const [comments, setComments] = useState<Comment[]>([]);

  useEffect(() => {
    fetch(`/api/threads/${encodeURIComponent(thread)}/comments`)
      .then((response) => response.json())
      .then((loaded: Comment[]) => setComments(loaded));
  }, [thread]);

  return <>{comments.map((comment) => <CommentBody key={comment.id} comment={comment} />)}</>;
}
