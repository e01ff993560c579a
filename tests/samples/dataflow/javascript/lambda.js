const { exec } = require('child_process');

export async function handler(event) {
  exec('ls ' + JSON.parse(event.body).dir); // expect: command-injection
}

export async function lambdaHandler(event) {
  exec('ls ' + event.queryStringParameters.dir); // expect: command-injection
}

async function headers(event, context) {
  exec('ls ' + event.headers['x-dir']); // expect: command-injection
}

async function records(event, context) {
  for (const record of event.Records) {
    exec('ls ' + record.body); // expect: command-injection
  }
}

async function named(event, context) {
  exec('ls ' + event.body); // expect: command-injection
}
