import { webcrypto } from 'node:crypto';
import { Server, type Socket } from 'socket.io';

type Source = () => number;

const secure: Source = () => webcrypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;

class IdFactory {
  constructor(private readonly source: Source = Math.random) {}

  create(groups = 6): string {
    return Array.from({ length: groups }, () => this.group()).join('-');
  }

  private group(): string {
    return Math.floor(this.source() * 36 ** 5)
      .toString(36)
      .padStart(5, '0');
  }
}

const sessionIds = new IdFactory(secure);
const sessions = new Map<string, { since: number }>();

const io = new Server(8800, { pingInterval: 25_000 + Math.round(secure() * 5_000) });

io.on('connection', (socket: Socket) => {
  socket.on('login', async ({ user, password }, reply) => {
    const accepted = await fetch('https://auth.internal.example.com/verify', {
      method: 'POST',
      body: JSON.stringify({ user, password }),
    });
    if (!accepted.ok) {
      reply({ error: 'login' });
      return;
    }
    const sessionId = sessionIds.create();
    sessions.set(sessionId, { since: Date.now() });
    reply({ sessionId });
  });
});
