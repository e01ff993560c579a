const Hapi = require('@hapi/hapi');

class ReturnTicket {
  #path = '/';

  set path(value) {
    this.#path = value;
  }

  get path() {
    return this.#path;
  }
}

const server = Hapi.server({ port: 3000 });

server.state('lang', { isSecure: true, isHttpOnly: true, path: '/' });

server.route({
  method: 'GET',
  path: '/language/{code}',
  handler: (request, h) => {
    const ticket = new ReturnTicket();
    const code = request.params.code === 'de' ? 'de' : 'en';
    ticket.path = request.headers.referer || request.query.back || ticket.path;
    ticket.path = `/${code}/start`;
    if (ticket.path.length > 2000) {
      return h.response().code(414);
    }
    return h.redirect(ticket.path).state('lang', code);
  },
});

server.start();
