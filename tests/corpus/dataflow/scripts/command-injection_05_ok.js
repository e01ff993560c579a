'use strict';
const net = require('net');
const readline = require('readline');
const { EventEmitter } = require('events');
const childProcess = require('child_process');

class Console extends EventEmitter {
  constructor(socket) {
    super();
    this.lines = readline.createInterface({ input: socket });
    this.lines.on('line', (line) => this.accept(line));
    this.lines.on('close', () => this.removeAllListeners());
  }

  accept(line) {
    const [verb, ...rest] = line.trim().split(/\s+/);
    if (verb === 'zone') {
      this.emit('zone', rest.join(' '));
    } else if (verb === 'quit') {
      this.lines.close();
    }
  }
}

const TYPES = Object.assign(Object.create(null), { a: 'A', mx: 'MX', txt: 'TXT' });

function answer(socket, type) {
  const record = TYPES[type.toLowerCase()] || TYPES.a;
  childProcess.exec('dig +short ' + record + ' example.org', (err, stdout) => {
    socket.write(err ? 'failed\n' : stdout);
  });
}

net
  .createServer((socket) => {
    const session = new Console(socket);
    session.on('zone', answer.bind(null, socket));
    socket.on('error', () => socket.destroy());
  })
  .listen(5353);
