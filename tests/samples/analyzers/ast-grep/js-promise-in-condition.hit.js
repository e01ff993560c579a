async function login(password, hash) {
  if (bcrypt.compare(password, hash)) { return true; }
  return false;
}
