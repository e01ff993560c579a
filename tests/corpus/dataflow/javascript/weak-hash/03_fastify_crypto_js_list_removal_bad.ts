import Fastify from 'fastify';
import CryptoJS from 'crypto-js';
import { findByLicence } from './licences';

const server = Fastify({ logger: true });

type Digest = (message: string) => CryptoJS.lib.WordArray;

function licenceKey(holder: string, serial: string): string {
  const digests: Digest[] = [CryptoJS.MD5, CryptoJS.SHA256];
  digests.pop();
  const [digest] = digests;
  return digest(`${holder}|${serial}|${process.env.LICENCE_SALT}`).toString(CryptoJS.enc.Hex);
}

server.post<{ Body: { holder: string; serial: string; key: string } }>(
  '/licences/verify',
  async (request, reply) => {
    const { holder, serial, key } = request.body;
    const licence = await findByLicence(serial);
    if (!licence || licenceKey(holder, serial) !== key) {
      return reply.code(403).send({ valid: false });
    }
    return { valid: true, until: licence.until };
  },
);

server.listen({ port: 3000 });
