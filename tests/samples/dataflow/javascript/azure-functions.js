const { app } = require('@azure/functions');
const { exec } = require('child_process');

function http_query(req, res) {
  app.http('list', {
    handler: async function http_query(request, context) {
      exec('ls ' + request.query.get('dir')); // expect: command-injection
    },
  });
}

function old_request(req, res) {
  module.exports = async function old_request(context, req) {
    exec('ls ' + req.query.dir); // expect: command-injection
  };
}

async function http_handler(req, res) {
  app.http('list', {
    handler: async function http_handler(asked, context) {
      exec('ls ' + (await asked.text())); // expect: command-injection
    },
  });
}

function queue_handler(req, res) {
  app.storageQueue('list', {
    queueName: 'dirs',
    handler: async function queue_handler(message, context) {
      exec('ls ' + message); // expect: command-injection
    },
  });
}

function old_handler(req, res) {
  module.exports = async function old_handler(context, req) {
    exec('ls ' + req.body.dir); // expect: command-injection
  };
}
