const { DataSource } = require('typeorm');
const source = new DataSource({});

async function query(req, res) {
  await source.query(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
}

function condition(req, res) {
  return source.getRepository('user').createQueryBuilder('u').where("u.name = '" + req.query.name + "'").getMany(); // expect: sql-injection
}

function joined(req, res) {
  return source.createQueryBuilder('user', 'u').leftJoin('u.posts', 'p', 'p.kind = ' + req.query.kind).getMany(); // expect: sql-injection
}

async function bound(req, res) {
  await source.query(source.createQueryBuilder('user', 'u').setParameter('name', req.query.name).getQuery());
}

async function bound_condition(req, res) {
  await source.query(source.createQueryBuilder('user', 'u').where('u.name = :name', { name: req.query.name }).getQuery());
}

function answered(req, res) {
  const found = source.getRepository('user').findOneBy({ name: req.query.name });
  res.send('<p>' + found.name + '</p>');
}
