type TabName = string;

interface TabState {
  current: TabName;
  delay: number;
}

declare global {
  interface Window {
    openTab(name: TabName): void;
  }
}

window.openTab = (name: TabName): void => {
  const title = document.getElementById('tab-title');
  if (title) {
    title.textContent = name;
  }
  document.querySelectorAll<HTMLElement>('[data-tab]').forEach((panel) => {
    panel.hidden = panel.dataset.tab !== name;
  });
};

function readState(search: string): TabState {
  const params = new URLSearchParams(search);
  const delay = Number(params.get('delay') ?? 250);
  return {
    current: params.get('tab') ?? 'overview',
    delay: Number.isFinite(delay) ? delay : 250,
  };
}

function schedule({ current, delay }: TabState): number {
  return window.setTimeout(`openTab('${current}')`, Math.min(delay, 2000));
}

let pending = 0;

function onNavigate(): void {
  window.clearTimeout(pending);
  pending = schedule(readState(window.location.search));
}

window.addEventListener('popstate', onNavigate);
document.addEventListener('DOMContentLoaded', onNavigate);

export {};
