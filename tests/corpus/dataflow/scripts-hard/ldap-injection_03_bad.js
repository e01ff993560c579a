'use strict';

const restify = require('restify');
const ActiveDirectory = require('activedirectory2');

const ad = new ActiveDirectory({
  url: process.env.AD_URL,
  baseDN: 'dc=corp,dc=example',
  username: process.env.AD_USER,
  password: process.env.AD_PASSWORD,
});

const offices = { ams: 'Amsterdam', ber: 'Berlin', osl: 'Oslo' };

function officeName(code) {
  let name;
  try {
    if (!Object.hasOwn(offices, code)) {
      throw new RangeError('unknown office');
    }
    name = offices[code];
  } catch (err) {
    name = code;
  }
  return name;
}

const server = restify.createServer();
server.use(restify.plugins.queryParser());

server.get('/colleagues', (req, res, next) => {
  const office = officeName(String(req.query.office));
  const filter = `(&(objectCategory=person)(physicalDeliveryOfficeName=${office}))`;
  ad.findUsers({ filter, attributes: ['displayName', 'mail'] }, (err, users) => {
    if (err) {
      res.send(502, { users: [] });
    } else {
      res.send({ users: users || [] });
    }
    next();
  });
});

server.listen(8088);
