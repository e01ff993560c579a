const express = require('express');

class TenantClient {
  #host;
  constructor(tenant) {
    this.#host = `${TenantClient.#slug(tenant)}.internal.example.com`;
  }
  static #slug(name) {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new TypeError('tenant');
    return name;
  }
  get url() {
    return new URL(`http://${this.#host}/status`);
  }
  status() {
    return fetch(this.url).then((r) => r.json());
  }
}

const app = express();
app.get('/tenants/:tenant/status', (req, res, next) => {
  new TenantClient(req.params.tenant)
    .status()
    .then((body) => res.json(body))
    .catch(next);
});
app.listen(3000);
