type Tree = { [key: string]: string | Tree };

interface Widget {
  width: string;
  title: string;
}

const defaults: Widget = { width: '300', title: 'Weather' };

function branch(node: Tree, key: string): Tree {
  const child = node[key];
  if (typeof child === 'object') {
    return child;
  }
  const created: Tree = Object.create(null);
  node[key] = created;
  return created;
}

function readOptions(search: string): Tree {
  const root: Tree = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const keys = name.split('.');
    const last = keys.pop();
    if (last === undefined || keys.length > 4) {
      continue;
    }
    const parent = keys.reduce(branch, root);
    parent[last] = value;
  }
  return root;
}

function widgetFrom(options: Tree): Widget {
  const widget = options.widget as Tree | undefined;
  return {
    width: String(widget?.width ?? defaults.width),
    title: String(widget?.title ?? defaults.title),
  };
}

const { width, title } = widgetFrom(readOptions(window.location.search));
const frame = document.querySelector<HTMLElement>('#widget')!;
frame.style.width = `${Number.parseInt(width, 10) || 300}px`;
frame.querySelector('h2')!.textContent = title;

export {};
