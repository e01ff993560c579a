import nunjucks from 'nunjucks';
import Fastify from 'fastify';

const env = new nunjucks.Environment(null, { autoescape: true });
const app = Fastify();

app.route({
  method: 'POST',
  url: '/notify',
  schema: { body: { type: 'object', properties: { subject: { type: 'string' }, vars: { type: 'object' } } } },
  handler: async (req, reply) => {
    const { subject, vars } = req.body;
    const lines = [
      ['subject', '{{ subject }}'],
      ['footer', 'Sent by {{ app }}'],
    ].map(([k, v]) => `${k}: ${v}`);
    const text = env.renderString(lines.join('\n'), { ...vars, subject, app: 'Notifier' });
    return reply.type('text/plain').send(text);
  },
});
app.listen({ port: 3000 });
