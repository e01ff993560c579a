import Hapi from '@hapi/hapi';
import Joi from 'joi';
import { Client } from 'ldapts';

const server = Hapi.server({ port: 5000 });
const directory = new Client({ url: 'ldaps://ldap.acme.internal' });

const schema = Joi.object({
  dept: Joi.string().alphanum().required(),
  name: Joi.string().min(2).max(80).regex(/^[\p{L}\d .'-]+$/u).required(),
});

server.route({
  method: 'GET',
  path: '/directory',
  options: { validate: { query: schema } },
  handler: async (request, h) => {
    const { dept, name } = request.query;
    const clauses = [`(departmentNumber=${dept})`, `(cn=${name}*)`, '(!(hidden=TRUE))'];
    const { searchEntries } = await directory.search('dc=acme,dc=com', {
      filter: `(&${clauses.join('')})`,
      attributes: ['cn', 'roomNumber'],
    });
    return h.response({ entries: searchEntries.map((e) => ({ cn: e.cn, room: e.roomNumber })) });
  },
});

await directory.bind(process.env.BIND_DN, process.env.BIND_SECRET);
await server.start();
