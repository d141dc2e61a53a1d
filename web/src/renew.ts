// `renewAuth`: a frame that comes back to a page of the application's own, which hands its fragment on.
import { openFrame } from './frame.js';

export interface RenewOptions {
  url: string;
  timeout?: number | undefined;
  usePostMessage: boolean;
  postMessageDataType?: string | undefined;
  postMessageOrigin?: string | undefined;
}

const late = '#error=timeout&error_description=Timeout+during+authentication+renew.';

/** Answers with a fragment, never with what somebody says it meant. */
export function renew({ url, timeout, usePostMessage, postMessageDataType: type, postMessageOrigin }: RenewOptions, done: (hash: string) => void): void {
  const origin = postMessageOrigin || window.location.origin;
  const fromMessage = (event: MessageEvent, frame: HTMLIFrameElement) => {
    const { data } = event;
    if (event.source !== frame.contentWindow || event.origin !== origin || (type && data?.type !== type)) return undefined;
    const hash = data?.hash ?? data;
    return typeof hash === 'string' ? hash : undefined;
  };
  const fromLocation = (_event: Event, frame: HTMLIFrameElement) => {
    try {
      const { protocol, hash } = frame.contentWindow!.location;
      return protocol === 'about:' ? undefined : hash;
    } catch {
      return undefined; // a page of another origin, on its way
    }
  };
  openFrame({ url, timeout, event: usePostMessage ? 'message' : 'load', read: usePostMessage ? fromMessage : fromLocation, late }, done);
}
