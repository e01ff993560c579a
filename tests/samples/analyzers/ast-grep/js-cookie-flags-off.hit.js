res.cookie("session", value, { httpOnly: false });
