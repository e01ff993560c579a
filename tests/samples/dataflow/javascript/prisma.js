const { PrismaClient, Prisma } = require('@prisma/client');
const prisma = new PrismaClient();

async function unsafe(req, res) {
  await prisma.$queryRawUnsafe(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
}

async function raw(req, res) {
  await prisma.$queryRaw(Prisma.raw('SELECT * FROM ' + req.query.table)); // expect: sql-injection
}
