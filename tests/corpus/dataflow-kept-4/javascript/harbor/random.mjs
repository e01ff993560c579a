import { randomBytes } from 'node:crypto';

export function stepper(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

export function drawer() {
  return () => randomBytes(4).readUInt32BE(0) / 4294967296;
}
