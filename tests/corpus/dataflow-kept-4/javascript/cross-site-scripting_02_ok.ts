interface Comment {
  author: string;
  text: string;
  when: number;
}

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const encode = (value: unknown): string => String(value).replace(/[&<>"']/g, (mark) => MARKS[mark]);

function card(comment: Comment): string {
  const when = new Date(comment.when);
  return `
    <article class="comment">
      <h4 title="${encode(comment.author)}">${encode(comment.author)}</h4>
      <time>${when.toLocaleDateString('en-GB')}</time>
      <p>${encode(comment.text)}</p>
    </article>`;
}

function draftFromAddress(): Comment | null {
  const params = new URLSearchParams(window.location.hash.slice(1));
  const text = params.get('text');
  if (!text) return null;
  return { author: params.get('author') ?? 'guest', text, when: Date.now() };
}

export function mount(root: HTMLElement): void {
  const list = root.querySelector<HTMLElement>('.comments');
  const draft = draftFromAddress();
  if (!list) return;
  if (!draft) {
    list.textContent = 'No draft.';
    return;
  }
  list.insertAdjacentHTML('beforeend', card(draft));
}

document.addEventListener('DOMContentLoaded', () => {
  document.querySelectorAll<HTMLElement>('[data-comments]').forEach(mount);
});
