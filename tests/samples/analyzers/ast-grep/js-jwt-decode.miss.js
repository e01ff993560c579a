const claims = jwt.verify(req.headers.authorization, key, options);
