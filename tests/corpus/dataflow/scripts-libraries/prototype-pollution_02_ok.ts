import type { APIGatewayProxyHandler } from 'aws-lambda';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Tree = { [key: string]: Json };

interface Change {
  path: string;
  value: Json;
}

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));

const forbidden = /^(__proto__|constructor|prototype)$/;

function assign<T extends Tree>(root: T, { path, value }: Change): T {
  const segments = path.split('.');
  if (segments.some((segment) => forbidden.test(segment))) {
    return root;
  }
  const last = segments.pop() as string;
  let node: Tree = root;
  for (const segment of segments) {
    if (typeof node[segment] !== 'object' || node[segment] === null) {
      node[segment] = {};
    }
    node = node[segment] as Tree;
  }
  node[last] = value;
  return root;
}

export const handler: APIGatewayProxyHandler = async (event) => {
  const changes = JSON.parse(event.body ?? '[]') as Change[];
  const layout = changes
    .filter((change) => typeof change.path === 'string')
    .reduce((tree, change) => assign(tree, change), { widgets: {} } as Tree);
  await documents.send(
    new PutCommand({
      TableName: 'dashboards',
      Item: { owner: String(event.requestContext.authorizer?.sub), layout },
    }),
  );
  return { statusCode: 204, body: '' };
};
