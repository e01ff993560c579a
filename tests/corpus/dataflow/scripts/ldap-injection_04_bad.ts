import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Client } from 'ldapts';

type Lookup = { group: string; member: string };

const ACCOUNT = /^[a-z][a-z0-9_.-]+/i;

function parse({ body }: APIGatewayProxyEvent): Lookup | null {
  const { group, member } = JSON.parse(body ?? '{}') as Partial<Lookup>;
  for (const value of [group, member]) {
    if (typeof value !== 'string' || !ACCOUNT.test(value)) {
      return null;
    }
  }
  return { group: group!, member: member! };
}

async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ url: process.env.LDAP_URL as string });
  await client.bind(process.env.LDAP_DN as string, process.env.LDAP_PASSWORD);
  try {
    return await work(client);
  } finally {
    await client.unbind();
  }
}

export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const lookup = parse(event);
  if (lookup === null) {
    return { statusCode: 400, body: 'bad request' };
  }
  const filter = '(&(objectClass=group)(cn=' + lookup.group + ')(memberUid=' + lookup.member + '))';
  const { searchEntries } = await withClient((c) => c.search('ou=groups,dc=example,dc=org', { filter }));
  return { statusCode: searchEntries.length > 0 ? 204 : 404, body: '' };
}
