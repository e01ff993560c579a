Object.assign(user, { name: String(req.body.name) });
