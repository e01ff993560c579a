const params = new URL(window.location.href).searchParams;
const status = document.getElementById('status');

function announce(text) {
  status.textContent = text;
}

window.announce = announce;

function schedule(message, seconds) {
  const wait = Math.max(1, Number(seconds) || 1) * 1000;
  const action = `announce("${message}")`;
  return window.setTimeout(action, wait);
}

const timers = [];

for (const [name, value] of params) {
  if (name === 'remind') {
    timers.push(schedule(value, params.get('after')));
  }
}

document.getElementById('cancel').addEventListener('click', () => {
  timers.splice(0).forEach((timer) => window.clearTimeout(timer));
});
