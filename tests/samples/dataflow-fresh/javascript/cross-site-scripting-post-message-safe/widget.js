const panel = document.querySelector('.panel');
const handlers = {
  render: ({ markup }) => {
    panel.innerHTML = markup;
  },
  resize: ({ height }) => {
    panel.style.height = `${Number(height)}px`;
  },
};

window.addEventListener('message', (event) => {
  if (event.origin !== 'https://widgets.example.com') return;
  const { type, payload } = event.data;
  handlers[type]?.(payload);
});
