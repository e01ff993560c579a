'use strict';

const { Server } = require('socket.io');

const boards = Object.create(null);

function boardOf(name) {
  boards[name] ??= {};
  return boards[name];
}

const io = new Server(3000);

io.on('connection', (socket) => {
  socket.on('mark', (name, cell, mark, done) => {
    if (typeof name !== 'string' || typeof cell !== 'string' || typeof done !== 'function') {
      return;
    }
    const board = boardOf(name);
    board[cell] = mark === 'x' ? 'x' : 'o';
    done({ cells: Object.keys(board).length });
  });

  socket.on('clear', (name) => {
    if (typeof name === 'string' && Object.hasOwn(boards, name)) {
      boards[name] = {};
    }
  });
});
