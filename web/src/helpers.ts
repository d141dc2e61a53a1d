// What TypeScript's ES5 asks for, in the shortest form, and the global object, which has this name since ES2020 only.
// tools/build-web.mjs puts them where they are used.
declare const global: any;

export const __assign = Object.assign;
export const __global: any = typeof self === 'object' ? self : global;
