const fastify = require('fastify')({ logger: false });
const pug = require('pug');
const { writeFile } = require('fs/promises');
const { randomUUID } = require('crypto');

const SKELETON = [
  'doctype html',
  'html',
  '  head',
  '    title %TITLE%',
  '  body',
  '    each line in lines',
  '      p= line',
];

function renderReport(report) {
  const source = SKELETON.map((row) => row.replace('%TITLE%', () => report.title)).join('\n');
  const template = pug.compile(source, { compileDebug: false });
  return template({ title: report.title, lines: report.lines });
}

fastify.post('/reports', {
  schema: {
    body: {
      type: 'object',
      required: ['title', 'lines'],
      properties: {
        title: { type: 'string', pattern: '^[^<>]{1,120}$' },
        lines: { type: 'array', items: { type: 'string' }, maxItems: 200 },
      },
    },
  },
}, async (request, reply) => {
  const id = randomUUID();
  await writeFile(`/var/spool/reports/${id}.html`, renderReport(request.body));
  return reply.code(201).send({ id });
});

fastify.listen({ port: 3000 });
