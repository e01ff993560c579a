const claims = jwt.decode(req.headers.authorization);
