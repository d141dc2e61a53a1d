// Text to bytes and back: the browser's own, or what every browser has had since its first version. Pages under jsdom and
// old webviews have no TextEncoder.

export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof TextEncoder === 'function') return new TextEncoder().encode(text);
  // Half a pair has no UTF-8; it becomes U+FFFD, as TextEncoder has it.
  const whole = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (pair) => (pair[1] ? pair : decodeURIComponent('%EF%BF%BD')));
  return bytesOf(unescape(encodeURIComponent(whole)));
}

export function fromUtf8(bytes: Uint8Array): string {
  if (typeof TextDecoder === 'function') return new TextDecoder().decode(bytes);
  return decodeURIComponent(escape(binary(bytes)));
}

/** A character for each byte, as `btoa` wants it. */
export function binary(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode.apply(0, bytes.subarray(at, at + 4096) as any);
  return text;
}

/** The bytes that the characters of `text` stand for. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
