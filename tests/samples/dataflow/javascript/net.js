const net = require('net');
const dgram = require('dgram');
const { parentPort } = require('worker_threads');
const { exec } = require('child_process');

function socket_data() {
  net.createServer((peer) => {
    peer.on('data', (piece) => exec(String(piece))); // expect: command-injection
  });
}

function socket_stream() {
  net.createServer(async (peer) => {
    for await (const piece of peer) exec(String(piece)); // expect: command-injection
  });
}

function datagram() {
  dgram.createSocket('udp4').on('message', (text) => exec(String(text))); // expect: command-injection
}

function thread_message() {
  parentPort.on('message', (text) => eval(text)); // expect: code-injection
}

function connected() {
  net.createServer((peer) => {
    exec(String(peer.read())); // expect: command-injection
  });
}

function connection_event() {
  const server = net.createServer();
  server.on('connection', (peer) => {
    exec(String(peer.read())); // expect: command-injection
  });
}
