import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';
import { Client } from 'ldapts';

type Lookup = { kind: 'badge'; badge: string } | { kind: 'login'; login: string };

function parse(event: APIGatewayProxyEventV2): Lookup {
  const { badge, login } = event.queryStringParameters ?? {};
  return badge !== undefined ? { kind: 'badge', badge } : { kind: 'login', login: login ?? '' };
}

function assertWord(value: string): asserts value is string {
  if (!/^[\w.-]{1,64}$/.test(value)) {
    throw new TypeError('malformed value');
  }
}

function toFilter(lookup: Lookup): string {
  switch (lookup.kind) {
    case 'badge':
      assertWord(lookup.badge);
      return `(employeeNumber=${lookup.badge})`;
    case 'login':
      assertWord(lookup.login);
      return `(uid=${lookup.login})`;
  }
}

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const client = new Client({ url: process.env.LDAP_URL! });
  try {
    const filter = toFilter(parse(event));
    await client.bind(process.env.LDAP_DN!, process.env.LDAP_PASSWORD!);
    const { searchEntries } = await client.search('ou=people,dc=corp,dc=example', { filter, sizeLimit: 5 });
    return { statusCode: 200, body: JSON.stringify({ found: searchEntries.length }) };
  } catch {
    return { statusCode: 400, body: JSON.stringify({ found: 0 }) };
  } finally {
    await client.unbind();
  }
};
