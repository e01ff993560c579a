async function login(password, hash) {
  if (await bcrypt.compare(password, hash)) { return true; }
  return false;
}
