const panel = document.querySelector('#welcome');
const log = document.querySelector('#log');

function fromFragment() {
  const fragment = window.location.hash.slice(1);
  const params = new URLSearchParams(fragment);
  return params.get('name') || 'guest';
}

function greet(element, name) {
  const line = 'Hello, ' + name + '!';
  element.innerHTML = line;
  log.textContent = line;
}

function onChange() {
  const name = fromFragment();
  if (name.length > 400) {
    return;
  }
  greet(panel, name);
}

window.addEventListener('hashchange', onChange);
document.addEventListener('DOMContentLoaded', onChange);
