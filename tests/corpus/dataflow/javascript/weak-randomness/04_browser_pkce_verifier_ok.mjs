const CLIENT = 'notes-web';
const AUTHORIZE = 'https://login.example.com/authorize';

const shuffle = (items) => [...items].sort(() => Math.random() - 0.5);

function verifier(length = 64) {
  const bytes = new Uint8Array(length);
  crypto.getRandomValues(bytes);
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

async function challenge(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

export async function signIn() {
  const secret = verifier();
  sessionStorage.setItem('pkce', secret);
  const query = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    code_challenge_method: 'S256',
    code_challenge: await challenge(secret),
  });
  location.assign(`${AUTHORIZE}?${query}`);
}

export const tips = shuffle(['Use tags', 'Pin a note', 'Try dark mode']);
