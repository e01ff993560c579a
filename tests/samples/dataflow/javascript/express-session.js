const session = require('express-session');
const cookieSession = require('cookie-session');

function session_plain(req, res) {
  return session({ secret: process.env.KEY, cookie: { httpOnly: true } }); // expect: insecure-cookie
}

function session_insecure(req, res) {
  return session({ secret: process.env.KEY, cookie: { secure: false } }); // expect: insecure-cookie
}

function cookie_session_plain(req, res) {
  return cookieSession({ keys: [process.env.KEY] }); // expect: insecure-cookie
}

function cookie_session_insecure(req, res) {
  return cookieSession({ keys: [process.env.KEY], secure: false }); // expect: insecure-cookie
}

function koa_session_plain(req, res) {
  return require('koa-session')({ httpOnly: true }, res.app); // expect: insecure-cookie
}

function iron_insecure(req, res) {
  return require('iron-session').getIronSession(req, res, { password: process.env.KEY, cookieOptions: { secure: false } }); // expect: insecure-cookie
}

async function iron_insecure_cookies(req, res) {
  const store = await require('next/headers').cookies();
  return require('iron-session').getIronSession(store, { cookieOptions: { secure: false } }); // expect: insecure-cookie
}

async function iron_value(req, res) {
  const session = await require('iron-session').getIronSession(req, res, {});
  session.role = req.body.role; // expect: trust-boundary
}

async function iron_merged(req, res) {
  const session = await require('iron-session').getIronSession(req, res, {});
  Object.assign(session, req.body); // expect: trust-boundary
}

function csurf_plain(req, res) {
  return require('csurf')({ cookie: { httpOnly: true } }); // expect: insecure-cookie
}
