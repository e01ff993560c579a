import DOMPurify from 'dompurify';
import { marked } from 'marked';
import { useEffect, useMemo, useState } from 'react';

interface Comment {
  id: number;
  author: string;
  body: string;
}

function useComments(article: string): Comment[] {
  const [comments, setComments] = useState<Comment[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    fetch(`/api/articles/${encodeURIComponent(article)}/comments`, { signal: controller.signal })
      .then((response) => response.json())
      .then(setComments)
      .catch(() => setComments([]));
    return () => controller.abort();
  }, [article]);
  return comments;
}

function Draft({ article }: { article: string }) {
  const shared = new URLSearchParams(window.location.search).get('draft') ?? '';
  const [text, setText] = useState(shared);
  const preview = useMemo(() => {
    const source = DOMPurify.sanitize(text);
    return marked.parse(source, { async: false }) as string;
  }, [text]);
  return (
    <form action={`/articles/${encodeURIComponent(article)}/comments`} method="post">
      <textarea name="body" value={text} onChange={(event) => setText(event.target.value)} />
      <div className="preview" dangerouslySetInnerHTML={{ __html: preview }} />
    </form>
  );
}

export function Comments({ article }: { article: string }) {
  const comments = useComments(article);
  return (
    <section>
      {comments.map((comment) => (
        <p key={comment.id}>
          <b>{comment.author}</b> {comment.body}
        </p>
      ))}
      <Draft article={article} />
    </section>
  );
}
