export * from './paths';
export { default as clock } from './clock';
