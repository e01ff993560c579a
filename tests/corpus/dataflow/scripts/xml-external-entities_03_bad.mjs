import Hapi from '@hapi/hapi';
import Boom from '@hapi/boom';
import libxml from 'libxmljs2';

class Upload {
  constructor(payload) {
    this.text = payload.toString('utf8');
  }

  check() {
    const prolog = this.text.slice(0, 200);
    if (/<!DOCTYPE|<!ENTITY|<\?xml|\0/i.test(prolog)) {
      throw Boom.badRequest('prolog');
    }
    return this;
  }

  parse() {
    return libxml.parseXml(this.text, { noent: true, recover: false });
  }
}

const server = Hapi.server({ port: 9090 });

server.route({
  method: 'POST',
  path: '/subtitles',
  options: { payload: { parse: false, output: 'data', maxBytes: 1 << 20 } },
  handler(request) {
    const doc = new Upload(request.payload).check().parse();
    const cues = doc.find('//p').map((node) => node.text());
    return { cues };
  },
});

await server.start();
