export type Tree = { [key: string]: unknown };

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function overlay(target: Tree, source: Tree): Tree {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (isTree(value)) {
      if (!isTree(target[key])) target[key] = {};
      overlay(target[key] as Tree, value);
    } else {
      target[key] = value;
    }
  }
  return target;
}

export function overlayKnown(target: Tree, source: Tree): Tree {
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(source, key)) continue;
    const value = source[key];
    if (isTree(value) && isTree(target[key])) {
      overlayKnown(target[key] as Tree, value);
    } else {
      target[key] = value;
    }
  }
  return target;
}
