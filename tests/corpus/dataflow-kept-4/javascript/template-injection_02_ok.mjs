import Fastify from 'fastify';
import nunjucks from 'nunjucks';

const fastify = Fastify();
const env = new nunjucks.Environment(null, { autoescape: false });

const LAYOUTS = new Map([
  ['plain', 'Delivery {{ number }}\n{% for line in lines %}- {{ line }}\n{% endfor %}'],
  ['short', '{{ number }}: {{ lines | length }} lines'],
]);

class Slip {
  #layout = LAYOUTS.get('plain');

  constructor(number, lines) {
    this.number = number;
    this.lines = lines;
  }

  using(name) {
    const { [name]: found = this.#layout } = Object.fromEntries(LAYOUTS);
    this.#layout = String(found);
    return this;
  }

  toString() {
    return env.renderString(this.#layout, { number: this.number, lines: this.lines });
  }
}

fastify.post('/slips/:number', async (request, reply) => {
  const { layout = 'plain', lines = [] } = request.body ?? {};
  const number = Number(request.params.number);
  if (!Array.isArray(lines) || !Number.isSafeInteger(number)) {
    return reply.code(400).send({ error: 'slip not complete' });
  }
  const slip = new Slip(number, lines.map(String)).using(layout);
  return { number, text: String(slip) };
});

await fastify.listen({ port: 3000 });
