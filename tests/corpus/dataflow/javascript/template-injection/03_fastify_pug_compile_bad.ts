import Fastify from 'fastify';
import pug from 'pug';

interface Badge {
  title?: string;
  colour?: string;
}

const server = Fastify();

const LINES = ['.badge(class=colour)', '  span= title'];

server.post<{ Body: Badge }>('/badges/render', async (request, reply) => {
  const { title = 'Member', colour = 'blue' } = request.body ?? {};
  const lines = [...LINES, `  small ${colour.replace(/[<>]/g, '')}`];
  let render: pug.compileTemplate;
  try {
    render = pug.compile(lines.join('\n'), { compileDebug: false });
  } catch (err) {
    return reply.code(500).send({ error: 'badge cannot be drawn' });
  }
  return { html: render({ title, colour }) };
});

server.listen({ port: 3000 });
