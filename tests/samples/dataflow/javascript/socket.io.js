const { Server } = require('socket.io');
const io = new Server(3000);
const { exec } = require('child_process');

function event(req, res) {
  io.on('connection', function event(socket) {
    socket.on('list', (folder, done) => {
      exec('ls ' + folder); // expect: command-injection
    });
  });
}

function handshake(req, res) {
  io.on('connection', function handshake(socket) {
    exec('ls ' + socket.handshake.query.folder); // expect: command-injection
  });
}

function connection(req, res) {
  io.on('connection', function connection(peer) {
    exec('ls ' + peer.handshake.query.folder); // expect: command-injection
  });
}

function used(req, res) {
  io.use(function used(peer, next) {
    exec('ls ' + peer.handshake.query.folder); // expect: command-injection
  });
}
