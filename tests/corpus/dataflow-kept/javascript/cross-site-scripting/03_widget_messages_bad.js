(function () {
  const ICONS = {
    info: '<i class="icon icon-info"></i>',
    warning: '<i class="icon icon-warning"></i>',
  };
  const list = document.getElementById('notifications');

  function render({ level, title, body, time }) {
    const item = document.createElement('li');
    item.innerHTML = Object.hasOwn(ICONS, level) ? ICONS[level] : ICONS.info;

    const heading = document.createElement('strong');
    heading.textContent = title;

    const text = document.createElement('p');
    text.insertAdjacentHTML('beforeend', body);

    const stamp = document.createElement('time');
    stamp.dateTime = new Date(Number(time) || Date.now()).toISOString();
    item.append(heading, text, stamp);
    list.prepend(item);
    while (list.children.length > 20) {
      list.lastElementChild.remove();
    }
  }

  window.addEventListener('message', (event) => {
    let message = event.data;
    if (typeof message === 'string') {
      try {
        message = JSON.parse(message);
      } catch {
        return;
      }
    }
    if (message && message.type === 'notification') {
      render(message);
    }
  });
})();
