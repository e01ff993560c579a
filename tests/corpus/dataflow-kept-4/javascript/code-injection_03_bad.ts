type Level = 'info' | 'warning';

class NoticeBar {
  constructor(private readonly root: HTMLElement) {}

  show(text: string, level: Level = 'info'): void {
    const line = document.createElement('p');
    line.className = `notice notice-${level}`;
    line.textContent = text;
    this.root.replaceChildren(line);
  }

  clear(): void {
    this.root.replaceChildren();
  }
}

declare global {
  interface Window {
    noticeBar?: NoticeBar;
  }
}

function settingsFromAddress(): { text: string; delay: number } {
  const params = new URLSearchParams(window.location.search);
  const delay = Number(params.get('delay'));
  return {
    text: params.get('notice') ?? '',
    delay: Number.isFinite(delay) && delay > 0 ? Math.min(delay, 10_000) : 800,
  };
}

export function start(): void {
  const root = document.getElementById('notices');
  if (!root) return;
  const bar = new NoticeBar(root);
  window.noticeBar = bar;

  const { text, delay } = settingsFromAddress();
  if (text === '') return;
  const message = text.replace(/[\r\n]+/g, ' ').replace(/'/g, "\\'");
  window.setTimeout(`window.noticeBar.show('${message}')`, delay);
  window.setTimeout(() => bar.clear(), delay + 8000);
}

start();
