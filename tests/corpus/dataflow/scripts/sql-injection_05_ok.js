const { Transform, pipeline } = require('stream');
const http = require('http');
const mysql = require('mysql2');

const pool = mysql.createPool({ host: 'db', user: 'import', database: 'stock' });

class Lines extends Transform {
  constructor() {
    super({ readableObjectMode: true });
    this.rest = '';
  }

  _transform(chunk, _encoding, callback) {
    const parts = (this.rest + chunk).split('\n');
    this.rest = parts.pop();
    parts.forEach((part) => this.push(part));
    callback();
  }

  _flush(callback) {
    if (this.rest) this.push(this.rest);
    callback();
  }
}

class Statements extends Transform {
  constructor() {
    super({ objectMode: true });
  }

  _transform(line, _encoding, callback) {
    const [sku, amount] = line.split(';', 2);
    callback(null, `UPDATE items SET amount = ${Number(amount) || 0} WHERE sku = ${mysql.escape(sku)}`);
  }
}

http
  .createServer((req, res) => {
    const statements = new Statements();
    statements.on('data', (text) => {
      statements.pause();
      pool.query(text, () => statements.resume());
    });
    pipeline(req, new Lines(), statements, (err) => {
      res.statusCode = err ? 500 : 204;
      res.end();
    });
  })
  .listen(8200);
