const CODE = /^[a-z]{2,8}-[0-9]{1,4}$/;

export function isCode(value: string): boolean {
  return CODE.test(value);
}

export function mentionsCode(value: string): boolean {
  return /[a-z]{2,8}-[0-9]{1,4}/.test(value);
}

export function oneOf<T>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((entry) => entry === value);
}
