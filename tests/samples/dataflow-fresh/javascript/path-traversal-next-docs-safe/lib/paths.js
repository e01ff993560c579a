import path from 'path';

const BASE = path.join(process.cwd(), 'docs');
const safe = (part) => part.replace(/[^a-z0-9-]/gi, '');

export function docPath(parts) {
  return `${path.join(BASE, ...parts.map(safe))}.md`;
}
