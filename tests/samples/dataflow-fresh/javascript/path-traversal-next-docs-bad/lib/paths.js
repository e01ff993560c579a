import path from 'path';

const BASE = path.join(process.cwd(), 'docs');

export function docPath(parts) {
  return `${path.join(BASE, ...parts)}.md`;
}
