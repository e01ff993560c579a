import { app, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import * as libxml from 'libxmljs2';

export async function convert(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const xml = await request.text();
  const document = libxml.parseXmlString(xml);
  context.log('parsed', document.root()?.name());
  return { jsonBody: { root: document.root()?.name() } };
}

app.http('convert', { methods: ['POST'], authLevel: 'anonymous', handler: convert });
