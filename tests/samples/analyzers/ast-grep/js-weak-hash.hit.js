const sum = crypto.createHash("md5").update(data).digest("hex");
