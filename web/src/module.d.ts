declare module 'ostia:module' {
  export interface Module {
    memory: { buffer: ArrayBuffer };
    alloc(size: number): number;
    call(at: number, size: number): number;
  }
  export function load(): Module;
}
declare module 'ostia:core.wasm' {
  const packed: { text: string; escape: number; zero: string; rare: number[] };
  export default packed;
}
declare module 'ostia:core.js' {
  export const memory: { buffer: ArrayBuffer };
  export function alloc(size: number): number;
  export function call(at: number, size: number): number;
  export function _initialize(): void;
}
