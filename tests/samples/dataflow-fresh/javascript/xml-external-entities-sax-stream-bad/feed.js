const http = require('http');
const { SaxParser } = require('libxmljs');
const libxml = require('libxmljs');

class XmlBody {
  #chunks = [];
  write(chunk) {
    this.#chunks.push(chunk);
    return this;
  }
  get text() {
    return this.#chunks.join('');
  }
  parse(flags) {
    return libxml.parseXml(this.text, flags);
  }
}

const flags = { nonet: true };
flags.noent = true;

http
  .createServer((req, res) => {
    const body = new XmlBody();
    req.setEncoding('utf8');
    req.on('data', (c) => body.write(c));
    req.on('end', () => {
      res.end(body.parse(flags).root().name());
    });
  })
  .listen(3000);
