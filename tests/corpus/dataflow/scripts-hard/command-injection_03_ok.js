'use strict';

const mqtt = require('mqtt');
const shell = require('shelljs');

const client = mqtt.connect(process.env.BROKER_URL, { clientId: 'site-agent' });
const UNIT_NAME = /^[a-z][a-z0-9-]*@?[0-9]{0,3}$/;

const actions = {
  restart: (unit) => shell.exec(`systemctl restart ${unit}.service`, { silent: true }),
  status: (unit) => shell.exec(`systemctl is-active ${unit}.service`, { silent: true }),
};

client.on('connect', () => {
  client.subscribe(['site/units/restart', 'site/units/status']);
});

client.on('message', (topic, payload) => {
  const action = Object.hasOwn(actions, topic.split('/')[2]) ? actions[topic.split('/')[2]] : null;
  const unit = payload.toString('utf8');
  if (!action || !UNIT_NAME.test(unit)) {
    client.publish('site/units/errors', 'bad request');
    return;
  }
  const result = action(unit);
  client.publish('site/units/results', String(result.code));
});
