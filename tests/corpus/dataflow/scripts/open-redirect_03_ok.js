(() => {
  const routes = new Map([
    ['docs', 'https://docs.example.org/start'],
    ['forum', 'https://forum.example.org/'],
    ['status', 'https://status.example.org/'],
  ]);

  function parameter(name) {
    return new URL(document.location.href).searchParams.get(name);
  }

  function resolveTarget() {
    const to = parameter('to') || 'docs';
    if (!routes.has(to) && /^https:\/\//.test(to)) {
      routes.set(to, routes.get('docs'));
    }
    return routes.get(to);
  }

  let seconds = 3;
  const label = document.querySelector('#countdown');

  const timer = setInterval(() => {
    seconds -= 1;
    label.textContent = String(seconds);
    if (seconds > 0) return;
    clearInterval(timer);
    const target = resolveTarget();
    if (target) window.location.replace(target);
  }, 1000);
})();
