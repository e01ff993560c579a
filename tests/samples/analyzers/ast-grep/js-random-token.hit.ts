const resetToken: string = Math.random().toString(36).slice(2);
