const { PrismaClient, Prisma } = require('@prisma/client');
const prisma = new PrismaClient();

async function unsafe(req, res) {
  await prisma.$queryRawUnsafe(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
}

async function raw(req, res) {
  await prisma.$queryRaw`SELECT * FROM ${Prisma.raw(req.query.table)}`; // expect: sql-injection
}

function answered(req, res) {
  const asked = prisma.$queryRaw`SELECT * FROM users WHERE id = ${req.query.id}`;
  const found = asked;
  res.send('<p>' + found[0].name + '</p>');
}
