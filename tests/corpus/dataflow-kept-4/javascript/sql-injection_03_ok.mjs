import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });

function* identifiers(list) {
  for (const part of list.split(',')) {
    const number = Number.parseInt(part, 10);
    if (Number.isNaN(number) || number <= 0) continue;
    yield number;
  }
}

function answer(statusCode, payload) {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  };
}

export const handler = async (event) => {
  const params = event.queryStringParameters ?? {};
  const ids = [...identifiers(params.ids ?? '')].slice(0, 100);
  if (ids.length === 0) {
    return answer(400, { error: 'ids needed' });
  }

  const client = await pool.connect();
  try {
    const { rows } = await client.query(
      'SELECT id, plate, parked_since FROM vehicles WHERE owner_hidden = false AND id IN (' +
        ids.join(', ') +
        ') ORDER BY id',
    );
    return answer(200, { asked: ids.length, vehicles: rows });
  } catch {
    return answer(500, { error: 'lookup failed' });
  } finally {
    client.release();
  }
};
