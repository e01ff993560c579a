const { WebSocketServer } = require('ws');
const server = new WebSocketServer({ port: 8080 });

function message(req, res) {
  server.on('connection', function message(socket) {
    socket.on('message', (data) => {
      eval(data.toString()); // expect: code-injection
    });
  });
}

function on_message(req, res) {
  server.on('connection', function on_message(socket) {
    socket.addEventListener('message', (happening) => {
      eval(happening.data); // expect: code-injection
    });
  });
}

function connection(req, res) {
  server.on('connection', function connection(peer, request) {
    eval(request.headers['x-code']); // expect: code-injection
  });
}
