import Hapi, { Request, ResponseToolkit } from '@hapi/hapi';
import { XMLParser } from 'fast-xml-parser';
import * as libxmljs from 'libxmljs2';

type Entry = { name: string; size: number };

interface ManifestParser {
  parse(xml: string): Entry[];
}

class LightParser implements ManifestParser {
  private readonly parser = new XMLParser({ ignoreAttributes: false, processEntities: false });

  parse(xml: string): Entry[] {
    const tree = this.parser.parse(xml) as { manifest?: { file?: Array<Record<string, string>> } };
    const files = ([] as Array<Record<string, string>>).concat(tree.manifest?.file ?? []);
    return files.map((file) => ({ name: `${file['@_name']}`, size: Number(file['@_size']) }));
  }
}

class StrictParser implements ManifestParser {
  parse(xml: string): Entry[] {
    const doc = libxmljs.parseXmlString(xml, { noent: true, pedantic: true });
    return doc.find('//file').map((node) => {
      const file = node as libxmljs.Element;
      return { name: file.text(), size: Number(file.attr('size')?.value() ?? 0) };
    });
  }
}

const parsers = new Map<string, ManifestParser>([
  ['application/xml', new StrictParser()],
  ['text/xml', new LightParser()],
]);

const server = Hapi.server({ port: 4200 });

server.route({
  method: 'PUT',
  path: '/manifests',
  options: { payload: { parse: false, output: 'data', maxBytes: 262144 } },
  handler: (request: Request, h: ResponseToolkit) => {
    const parser = parsers.get(request.headers['content-type']);
    if (!parser) {
      return h.response({ error: 'xml expected' }).code(415);
    }
    const entries = parser.parse((request.payload as Buffer).toString('utf8'));
    return h.response({ entries });
  },
});

void server.start();
