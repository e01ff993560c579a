const panel = document.querySelector('#ticker');
const DEFAULT_SYMBOL = 'EXMP';
const REFRESH_MS = 15000;

let timer = null;

async function refreshTicker(symbol) {
  const response = await fetch('/api/quotes?symbol=' + encodeURIComponent(symbol));
  if (!response.ok) {
    panel.textContent = 'not available';
    return;
  }
  const { price, currency } = await response.json();
  panel.textContent = `${symbol} ${price} ${currency}`;
}

window.refreshTicker = refreshTicker;

function currentSymbol() {
  const hash = decodeURIComponent(window.location.hash.slice(1));
  const settings = new URLSearchParams(hash);
  return settings.get('symbol') || DEFAULT_SYMBOL;
}

function schedule() {
  const symbol = currentSymbol();
  if (timer !== null) {
    clearInterval(timer);
  }
  timer = setInterval("refreshTicker('" + symbol + "')", REFRESH_MS);
  refreshTicker(symbol);
}

window.addEventListener('hashchange', schedule);
schedule();
