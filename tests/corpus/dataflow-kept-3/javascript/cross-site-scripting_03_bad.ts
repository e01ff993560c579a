type Level = 'info' | 'warning';

interface Notice {
  level: Level;
  text: string;
}

class NoticeBar {
  private readonly queue: Notice[] = [];

  constructor(private readonly root: HTMLElement) {}

  push(notice: Notice): this {
    this.queue.push(notice);
    return this;
  }

  flush(): void {
    while (this.queue.length > 0) {
      const { level, text } = this.queue.shift() as Notice;
      const row = document.createElement('div');
      row.className = level === 'warning' ? 'notice warning' : 'notice';
      row.innerHTML = text;
      this.root.appendChild(row);
    }
  }
}

function noticesFromUrl(): Notice[] {
  const query = new URLSearchParams(window.location.search);
  return query.getAll('notice').map((text) => ({
    level: text.startsWith('!') ? 'warning' : 'info',
    text: text.replace(/^!/, ''),
  }));
}

document.addEventListener('DOMContentLoaded', () => {
  const root = document.getElementById('notices');
  if (root === null) return;
  const bar = new NoticeBar(root);
  noticesFromUrl().forEach((notice) => bar.push(notice));
  bar.flush();
});
