import Koa from 'koa';
import ldap from 'ldapjs';

const client = ldap.createClient({ url: ['ldaps://dc1.example.net', 'ldaps://dc2.example.net'] });

const departments = Object.entries({
  sales: 'Sales',
  legal: 'Legal Affairs',
  lab: 'Research Lab',
});

function unitFor(code) {
  let unit = 'Reception';
  for (const [key, name] of departments) {
    if (key === code) {
      unit = name;
      break;
    }
    unit = code ?? unit;
  }
  return unit;
}

const search = (base, options) =>
  new Promise((resolve, reject) => {
    client.search(base, options, (err, events) => {
      if (err) {
        reject(err);
        return;
      }
      let total = 0;
      events.on('searchEntry', () => { total += 1; });
      events.once('error', reject);
      events.once('end', () => resolve(total));
    });
  });

const app = new Koa();

app.use(async (ctx, next) => {
  if (ctx.path !== '/headcount') return next();
  const base = ['ou=' + unitFor(ctx.query.department), 'ou=public', 'dc=example', 'dc=net'].join(',');
  const total = await search(base, { scope: 'sub', filter: '(objectClass=person)', attributes: ['1.1'] });
  ctx.body = { total };
});

app.listen(3200);
