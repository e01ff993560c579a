const user = await User.findOne(req.body);
