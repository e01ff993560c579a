const user = await User.findOne({ name: String(req.body.name) });
