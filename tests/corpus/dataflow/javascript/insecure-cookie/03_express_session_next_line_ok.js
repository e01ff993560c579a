const express = require('express');
const session = require('express-session');
const { RedisStore } = require('connect-redis');
const { createClient } = require('redis');

const redis = createClient({ url: process.env.REDIS_URL });
const app = express();

const options = {
  name: 'app.sid',
  secret: process.env.SESSION_SECRET,
  store: new RedisStore({ client: redis }),
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax', maxAge: 86400000 },
};

app.set('trust proxy', 1);
options.cookie.secure = true;

app.use(session(options));

app.get('/me', (req, res) => {
  if (!req.session.userId) {
    return res.status(401).json({ error: 'sign in first' });
  }
  res.json({ id: req.session.userId });
});

redis.connect().then(() => app.listen(3000));
