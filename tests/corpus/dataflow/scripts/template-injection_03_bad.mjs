import { Server } from 'socket.io';
import { writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import pug from 'pug';

const io = new Server(4500);

class Badge {
  #lines = ['svg(width="300" height="80")'];

  text(y, value) {
    this.#lines.push(`  text(x="10" y="${y}") ${value}`);
    return this;
  }

  render(locals) {
    return pug.render(this.#lines.join('\n'), { ...locals });
  }
}

async function print({ company, guest }) {
  const [line30, line60] = [String(guest), String(company)];
  const svg = new Badge().text(30, line30).text(60, line60).render({ line30, line60 });
  await writeFile(`/var/spool/badges/${randomUUID()}.svg`, svg);
}

io.on('connection', (socket) => {
  socket.on('badge', (payload, acknowledge) => {
    print(payload ?? {})
      .then(() => acknowledge({ printed: true }))
      .catch(() => acknowledge({ printed: false }));
  });
});
