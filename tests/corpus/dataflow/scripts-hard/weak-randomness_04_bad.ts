interface PendingLogin {
  state: string;
  verifier: string;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  crypto.getRandomValues(new Uint8Array(length));
  return bytes.map(() => Math.random() * 256);
}

async function challengeFor(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

export async function beginLogin(authority: 'https://id.example.com' | 'https://id.example.org'): Promise<void> {
  const pending: PendingLogin = { state: base64url(noise(16)), verifier: base64url(noise(32)) };
  window.sessionStorage.setItem('pending-login', JSON.stringify(pending));

  const url = new URL('/authorize', authority);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: 'desktop',
    redirect_uri: 'https://app.example.com/callback',
    state: pending.state,
    code_challenge: await challengeFor(pending.verifier),
    code_challenge_method: 'S256',
  }).toString();
  window.location.assign(url.toString());
}

document.querySelector('#login')?.addEventListener('click', () => {
  void beginLogin('https://id.example.com');
});
