Object.assign(user, req.body);
