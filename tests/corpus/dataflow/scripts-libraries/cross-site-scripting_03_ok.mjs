const panel = document.querySelector('#notices');
const TRUSTED = ['https://widgets.example.com', 'https://help.example.com'];

const writers = {
  status(node, text) {
    node.textContent = text;
  },
  notice(node, text) {
    const item = document.createElement('li');
    item.appendChild(document.createElement('b')).textContent = `${text}`;
    node.append(item);
  },
};

function unpack(event) {
  const { kind = 'status', text = '' } = JSON.parse(event.data);
  return { kind: kind === 'notice' ? 'notice' : 'status', text: String(text) };
}

export function mount(root) {
  const listener = (event) => {
    if (!TRUSTED.some((origin) => event.origin.startsWith(origin))) {
      return;
    }
    try {
      const { kind, text } = unpack(event);
      writers[kind](root, text);
    } catch (err) {
      console.warn('notice ignored', err.name);
    }
  };
  window.addEventListener('message', listener);
  return () => window.removeEventListener('message', listener);
}

if (panel) {
  mount(panel);
}
