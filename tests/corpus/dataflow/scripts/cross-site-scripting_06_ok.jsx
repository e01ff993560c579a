/** @jsx h */
import { h } from 'preact';
import { useMemo } from 'preact/hooks';

const ALLOWED = ['http:', 'https:', 'mailto:'];

function linkTarget(raw) {
  const trimmed = (raw || '').trim();
  try {
    const url = new URL(trimmed, window.location.origin);
    return ALLOWED.includes(url.protocol) ? url.href : '#';
  } catch {
    return '#';
  }
}

function useQuery() {
  return useMemo(() => {
    const entries = new URLSearchParams(window.location.search).entries();
    return Object.fromEntries(entries);
  }, []);
}

export default function SharedLink({ onReport }) {
  const { link, title = 'Shared link' } = useQuery();
  const href = linkTarget(link);
  return (
    <figure>
      <a href={href} rel="noopener noreferrer">
        {title}
      </a>
      <figcaption>
        <button type="button" onClick={() => onReport(link)}>
          Report
        </button>
      </figcaption>
    </figure>
  );
}
