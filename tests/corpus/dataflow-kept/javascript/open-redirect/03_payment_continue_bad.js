const PARTNER_DOMAIN = 'example.com';
const DEFAULT_TARGET = 'https://shop.example.com/orders';

function parse(value) {
  try {
    return new URL(value);
  } catch {
    return null;
  }
}

function belongsToPartner(url) {
  if (url === null || url.protocol !== 'https:') {
    return false;
  }
  const host = url.hostname.toLowerCase();
  return host.endsWith(PARTNER_DOMAIN);
}

function continueUrl(search) {
  const candidate = parse(new URLSearchParams(search).get('continue') ?? '');
  return belongsToPartner(candidate) ? candidate.href : DEFAULT_TARGET;
}

async function waitForPayment(id) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const response = await fetch(`/api/payments/${encodeURIComponent(id)}`);
    const payment = await response.json();
    if (payment.state === 'settled') {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  return false;
}

document.addEventListener('DOMContentLoaded', async () => {
  const status = document.getElementById('payment-status');
  const settled = await waitForPayment(document.body.dataset.payment);
  if (settled) {
    window.location.assign(continueUrl(window.location.search));
  } else {
    status.textContent = 'The payment is still being processed.';
  }
});
