const Hapi = require('@hapi/hapi');
const objectHash = require('object-hash');
const approvals = require('./approvals');

const HASH_OPTIONS = {
  excludeKeys: (key) => key === 'comment',
  unorderedArrays: true,
  algorithm: 'sha256',
};

class ApprovalLedger {
  constructor(store) {
    this.store = store;
  }

  fingerprint(contract) {
    return objectHash(contract, HASH_OPTIONS);
  }

  async approve(contract, approver) {
    const fingerprint = this.fingerprint(contract);
    await this.store.add({ fingerprint, approver, at: new Date() });
    return fingerprint;
  }

  async isApproved(contract) {
    return this.store.has(this.fingerprint(contract));
  }
}

async function start() {
  const server = Hapi.server({ port: 4000 });
  const ledger = new ApprovalLedger(approvals);

  server.route({
    method: 'POST',
    path: '/contracts/execute',
    handler: async (request, h) => {
      if (!(await ledger.isApproved(request.payload))) {
        return h.response({ error: 'contract was not approved' }).code(403);
      }
      return { state: 'executed' };
    },
  });
  server.route({
    method: 'POST',
    path: '/contracts/approve',
    handler: (request) => ledger.approve(request.payload, request.headers['x-approver']),
  });
  await server.start();
}

start();
