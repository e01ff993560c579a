const net = require('net');
const serialize = require('node-serialize');

class Frames {
  constructor(handler) {
    this.handler = handler;
    this.buffered = '';
  }

  feed(chunk) {
    this.buffered += chunk;
    let end = this.buffered.indexOf('\n');
    while (end !== -1) {
      this.handler(this.buffered.slice(0, end));
      this.buffered = this.buffered.slice(end + 1);
      end = this.buffered.indexOf('\n');
    }
  }
}

class Reading {
  static from(line) {
    const [kind, text] = line.split(/ (.*)/s);
    if (kind !== 'reading' || !text) return null;
    const { sensor, value } = serialize.unserialize(text);
    return Object.assign(new Reading(), { sensor: Number(sensor), value: Number(value) });
  }
}

const latest = new Map();

const server = net.createServer((socket) => {
  socket.setEncoding('utf8');
  const frames = new Frames((line) => {
    try {
      const reading = Reading.from(line);
      if (reading) latest.set(reading.sensor, reading.value);
    } catch {
      socket.destroy();
    }
  });
  socket.on('data', (chunk) => frames.feed(chunk));
  socket.on('error', () => socket.destroy());
});

server.listen(7400);
