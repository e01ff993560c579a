const resetToken: string = crypto.randomUUID();
const delay = Math.random() * 100;
