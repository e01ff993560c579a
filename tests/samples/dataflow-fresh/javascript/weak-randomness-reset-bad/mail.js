exports.send = async (to, text) => fetch('https://mail.internal/send', { method: 'POST', body: JSON.stringify({ to, text }) });
