type Level = 'info' | 'warning';

interface Toast {
  level: Level;
  text: string;
}

const LEVELS: ReadonlyArray<Level> = ['info', 'warning'];

class ToastArea {
  private readonly queue: Toast[] = [];

  constructor(private readonly root: HTMLElement) {}

  push(toast: Toast): void {
    this.queue.push(toast);
    if (this.queue.length === 1) {
      this.next();
    }
  }

  private next(): void {
    const toast = this.queue[0];
    if (!toast) return;
    const box = document.createElement('div');
    box.className = 'toast toast-' + toast.level;
    box.innerHTML = toast.text;
    this.root.append(box);
    setTimeout(() => {
      box.remove();
      this.queue.shift();
      this.next();
    }, 4000);
  }
}

const area = new ToastArea(document.getElementById('toasts') as HTMLElement);

window.addEventListener('message', (event: MessageEvent) => {
  const { kind, level, text } = event.data ?? {};
  if (kind !== 'toast' || typeof text !== 'string') {
    return;
  }
  area.push({ level: LEVELS.includes(level) ? level : 'info', text });
});
