interface PlayerMessage {
  type: 'player';
  command: string;
  delay?: number;
}

declare global {
  interface Window {
    player: Record<string, () => void>;
  }
}

const video = document.querySelector<HTMLVideoElement>('#main-video')!;

window.player = {
  play: () => void video.play(),
  pause: () => video.pause(),
  rewind: () => {
    video.currentTime = 0;
  },
};

const commands = new Map<string, () => void>(Object.entries(window.player));

function isPlayerMessage(data: unknown): data is PlayerMessage {
  return typeof data === 'object' && data !== null && (data as PlayerMessage).type === 'player';
}

window.addEventListener('message', (event: MessageEvent) => {
  if (!isPlayerMessage(event.data)) {
    return;
  }
  const { command, delay = 0 } = event.data;
  const wait = Math.min(Number(delay) || 0, 5000);
  const run = commands.get(command);
  if (run) {
    window.setTimeout(() => run(), wait);
  }
});

export {};
