interface Step {
  done: boolean;
  next: string | null;
}

function readStep(search: string): Step {
  const params = new URLSearchParams(search);
  return { done: params.get('done') === '1', next: params.get('continue') };
}

function landing(next: string | null): string {
  if (next === null) {
    return '/dashboard';
  }
  const target = new URL(next, window.location.origin);
  if (target.origin !== window.location.origin) {
    return '/dashboard';
  }
  return target.href;
}

class Onboarding {
  private readonly button = document.querySelector<HTMLButtonElement>('#finish')!;

  constructor(private readonly step: Step) {
    this.button.addEventListener('click', () => this.finish());
  }

  start(): void {
    this.button.disabled = !this.step.done;
  }

  private finish(): void {
    let href = '/dashboard';
    try {
      href = landing(this.step.next);
    } finally {
      window.location.assign(href);
    }
  }
}

new Onboarding(readStep(window.location.search)).start();

export {};
