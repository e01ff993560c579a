const cipher = crypto.createCipher("aes-256-cbc", password);
