import { parentPort } from 'node:worker_threads';

type Node = Record<string, any>;

interface Message {
  pairs: [name: string, value: string][];
}

const segments = (name: string): string[] => name.split(/[[\].]+/).filter((part) => part !== '');

const acceptable = (part: string): boolean => part.length < 64 && part.trim() === part;

function nest(pairs: Message['pairs']): Node {
  return pairs.reduce<Node>((root, [name, value]) => {
    const path = segments(name);
    if (path.length === 0 || !path.every(acceptable)) {
      return root;
    }
    path.reduce<Node>((node, part, depth) => {
      if (depth === path.length - 1) {
        node[part] = value;
        return node;
      }
      return (node[part] = typeof node[part] === 'object' ? node[part] : {});
    }, root);
    return root;
  }, {});
}

parentPort?.on('message', ({ pairs }: Message) => {
  const form = nest(pairs);
  parentPort?.postMessage({ fields: Object.keys(form).length });
});
