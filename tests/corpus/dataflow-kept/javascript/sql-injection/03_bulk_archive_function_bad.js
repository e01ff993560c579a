const knex = require('knex');

const db = knex({ client: 'mysql2', connection: process.env.DATABASE_URL });

class TicketRepository {
  constructor(connection) {
    this.connection = connection;
  }

  async archive(tenantId, ids) {
    const [result] = await this.connection.raw(
      `UPDATE tickets SET archived_at = NOW()
       WHERE tenant_id = ? AND id IN (${ids.join(', ')})`,
      [tenantId],
    );
    return result.affectedRows;
  }
}

const tickets = new TicketRepository(db);

function parseIds(text) {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => Number.parseInt(part, 10) > 0);
}

exports.handler = async (event) => {
  const tenantId = event.requestContext.authorizer.tenantId;
  const ids = parseIds(event.queryStringParameters?.ids ?? '');
  if (ids.length === 0 || ids.length > 200) {
    return { statusCode: 400, body: JSON.stringify({ error: 'between 1 and 200 ids' }) };
  }
  const archived = await tickets.archive(tenantId, ids);
  return { statusCode: 200, body: JSON.stringify({ archived }) };
};
