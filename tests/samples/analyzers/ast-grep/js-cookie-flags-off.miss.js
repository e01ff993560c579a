res.cookie("session", value, { httpOnly: true, secure: true });
const field = { secure: false };
