import express from 'express';
import session from 'express-session';
import cookieSession from 'cookie-session';
import { serialize } from 'cookie';
import { NextResponse } from 'next/server';
import { cookies } from 'next/headers';
const app = express();
const defaults = { httpOnly: true, sameSite: 'lax' as const };
const strict = { ...defaults, secure: true };
const isProd = process.env.NODE_ENV === 'production';
app.use(session({ secret: 'x', cookie: { secure: true } }));
app.use(session({ secret: 'x', cookie: { httpOnly: true } })); // expect: insecure-cookie
app.use(session({ secret: 'x' })); // expect: insecure-cookie
app.use(session({ secret: 'x', cookie: { secure: isProd } }));
const config = { secret: 'x', cookie: { secure: false } };
app.use(session(config)); // expect: insecure-cookie
const conf2: any = { secret: 'x', cookie: {} };
conf2.cookie.secure = true;
app.use(session(conf2));
app.get('/', (req, res) => {
  res.cookie('a', 'b'); // expect: insecure-cookie
  res.cookie('a', 'b', defaults); // expect: insecure-cookie
  res.cookie('a', 'b', strict);
  res.cookie('a', 'b', { ...defaults, secure: req.secure });
  res.cookie('a', 'b', { ...strict, secure: false }); // expect: insecure-cookie
  res.clearCookie('a');
  res.setHeader('Set-Cookie', serialize('a', 'b', { secure: true }));
  res.setHeader('Set-Cookie', serialize('a', 'b', {})); // expect: insecure-cookie
  res.append('Set-Cookie', 'a=b; HttpOnly'); // expect: insecure-cookie
  res.set('Set-Cookie', `a=${req.query.x}; HttpOnly; Secure`);
  const opts: any = { httpOnly: true };
  opts.secure = true;
  res.cookie('a', 'b', opts);
  const opts2: any = {};
  if (isProd) opts2.secure = true;
  res.cookie('a', 'b', opts2);
  setIt(res, { maxAge: 1 });
});
function setIt(res: express.Response, { maxAge, secure = true }: any) {
  res.cookie('z', 'b', { maxAge, secure });
}
export async function POST() {
  const r = NextResponse.json({});
  r.cookies.set('a', 'b', { httpOnly: true }); // expect: insecure-cookie
  r.cookies.set({ name: 'a', value: 'b', secure: true });
  r.cookies.set({ name: 'a', value: 'b' }); // expect: insecure-cookie
  (await cookies()).set('a', 'b', { secure: true });
  return new Response('x', { headers: { 'Set-Cookie': 'a=b; Path=/' } }); // expect: insecure-cookie
}
