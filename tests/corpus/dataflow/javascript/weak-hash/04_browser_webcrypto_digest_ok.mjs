const form = document.querySelector('form#upload');
const result = document.querySelector('output');

const NAMES = new Map([
  [1, 'SHA-1'],
  [2, 'SHA-256'],
]);

function digestName(version) {
  switch (version) {
    case 1:
      return NAMES.get(1);
    default:
      return NAMES.get(2);
  }
}

async function checksum(file, version = 2) {
  const bytes = await file.arrayBuffer();
  const digest = await crypto.subtle.digest(digestName(version), bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  const signature = await checksum(file);
  const data = new FormData(form);
  data.set('integrity', signature);
  const response = await fetch('/api/releases', { method: 'POST', body: data });
  result.textContent = response.ok ? `stored as ${signature}` : 'upload failed';
});
