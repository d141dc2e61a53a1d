// Silent authentication's hidden frame. Unlike auth0-js's, it listens to its own frame at the authority's origin only.

export interface FrameEffect {
  url: string;
  origin: string;
  state: string;
  timeout: number;
}

export function listenToFrame(effect: FrameEffect, done: (response: unknown) => void): void {
  const frame = document.createElement('iframe');
  frame.style.display = 'none';

  const finish = (response: unknown) => {
    clearTimeout(timer);
    setTimeout(() => {
      window.removeEventListener('message', hear, false);
      frame.remove();
    }, 0);
    done(response);
  };
  const hear = (event: MessageEvent) => {
    if (event.source !== frame.contentWindow || event.origin !== effect.origin) return;
    const data = event.data;
    if (data?.type === 'authorization_response' && data.response?.state === effect.state) finish(data.response);
  };
  const timer = setTimeout(() => finish(null), effect.timeout);
  window.addEventListener('message', hear, false);
  document.body.appendChild(frame);
  frame.src = effect.url;
}
