import Hapi from '@hapi/hapi';
import _ from 'lodash';
import { customAlphabet } from 'nanoid';
import { saveInvite, banners } from './data.mjs';

const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const letters = customAlphabet(ALPHABET, 16);
const drawn = () => _.times(16, () => _.sample(ALPHABET)).join('');

const server = Hapi.server({ port: 3000 });

server.route([
  {
    method: 'POST',
    path: '/workspaces/{id}/invites',
    handler: async (request, h) => {
      const code = letters();
      await saveInvite({
        workspace: request.params.id,
        code,
        role: 'member',
        expiresAt: new Date(Date.now() + 7 * 24 * 3600 * 1000),
      });
      return h.response({ code }).code(201);
    },
  },
  {
    method: 'GET',
    path: '/banners',
    handler: () => {
      const list = banners.map((banner) => ({ ...banner, slot: drawn() }));
      return _.shuffle(list).slice(0, 3);
    },
  },
]);

await server.start();
