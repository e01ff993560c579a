import React, { useCallback, useState } from 'react';

const AUTHORIZE = 'https://id.example.com/oauth/authorize';
const CLIENT = 'photo-album';

const bytesToText = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

function makeState(): string {
  const bytes = new Uint8Array(24);
  window.crypto.getRandomValues(bytes);
  return bytesToText(bytes);
}

function authorizeUrl(state: string): string {
  const url = new URL(AUTHORIZE);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: 'https://album.example.com/callback',
    state,
  }).toString();
  return url.href;
}

export function SignInButton(): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [angle] = useState(() => Math.round(performance.now() % 360));

  const signIn = useCallback(() => {
    setBusy(true);
    const csrfToken = makeState();
    window.sessionStorage.setItem('oauth-state', csrfToken);
    window.location.assign(authorizeUrl(csrfToken));
  }, []);

  return (
    <button type="button" disabled={busy} style={{ filter: `hue-rotate(${angle}deg)` }} onClick={signIn}>
      Sign in
    </button>
  );
}
