const encoder = new TextEncoder();

const STAMP = Object.freeze({ algorithm: { name: 'SHA-256' }, prefix: 'key:' });

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function lookupName(apiKey) {
  const { algorithm, prefix } = STAMP;
  const digest = await crypto.subtle.digest(algorithm, encoder.encode(apiKey));
  return prefix + hex(digest);
}

function bearer(request) {
  const [scheme, value] = (request.headers.get('authorization') ?? '').split(' ');
  return scheme === 'Bearer' && value ? value : null;
}

async function createKey(env, owner) {
  const apiKey = hex(crypto.getRandomValues(new Uint8Array(24)));
  await env.KEYS.put(await lookupName(apiKey), JSON.stringify({ owner, since: Date.now() }));
  return apiKey;
}

export default {
  async fetch(request, env) {
    const apiKey = bearer(request);
    const known = apiKey && (await env.KEYS.get(await lookupName(apiKey), 'json'));
    if (!known) {
      return Response.json({ error: 'key not known' }, { status: 401 });
    }
    const { pathname } = new URL(request.url);
    if (request.method === 'POST' && pathname === '/keys') {
      return Response.json({ key: await createKey(env, known.owner) }, { status: 201 });
    }
    return Response.json({ since: known.since });
  },
};
