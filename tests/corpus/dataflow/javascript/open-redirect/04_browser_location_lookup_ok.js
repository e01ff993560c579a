const PAGES = new Map([
  ['orders', '/account/orders'],
  ['profile', '/account/profile'],
  ['help', '/support'],
]);

function* candidates(search) {
  const params = new URLSearchParams(search);
  yield params.get('page');
  yield sessionStorage.getItem('last-page');
  yield 'orders';
}

function destination(search) {
  for (const candidate of candidates(search)) {
    if (candidate) {
      return PAGES.get(candidate) || '/account';
    }
  }
  return '/account';
}

document.querySelector('#continue').addEventListener('click', (event) => {
  event.preventDefault();
  const next = new URL(destination(window.location.search), window.location.origin);
  if (next.protocol !== window.location.protocol) {
    return;
  }
  window.location.assign(next.href);
});
