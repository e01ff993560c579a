const users = new Map();
const sessions = new Map();
const posts = [];

async function authenticate(email, password) {
  const user = users.get(email);
  return user && (await user.check(password)) ? user : null;
}

async function openSession(sid, userId) {
  sessions.set(sid, { userId, startedAt: Date.now() });
}

async function searchPosts(term) {
  return posts.filter((post) => post.title.includes(term));
}

async function insertUser(user) {
  const id = users.size + 1;
  users.set(user.email, { id, ...user });
  return id;
}

async function findUser(email) {
  return users.get(email) ?? null;
}

async function saveResetToken(userId, token, expires) {
  sessions.set(`reset:${userId}`, { token, expires });
}

async function notify(userId, message) {
  console.info('notification queued', userId, message.kind);
}

async function checkPassword(email, password) {
  const user = await authenticate(email, password);
  return user ? user.id : null;
}

module.exports = {
  authenticate,
  verify: authenticate,
  openSession,
  searchPosts,
  insertUser,
  findUser,
  saveResetToken,
  notify,
  checkPassword,
};
