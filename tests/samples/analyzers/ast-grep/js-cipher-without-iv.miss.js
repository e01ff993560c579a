const cipher = crypto.createCipheriv("aes-256-gcm", key, nonce);
