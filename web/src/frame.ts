// Hidden frames for what happens without showing anything. Unlike auth0-js's, they take a web message from their own
// frame at the authority's origin only.

interface FrameOptions {
  url: string;
  timeout?: number | undefined;
  /** Where the answer is awaited: the page's messages, or the frame's loading. */
  event: 'message' | 'load';
  /** The answer in `event`, or `undefined` to wait on. */
  read: (event: any, frame: HTMLIFrameElement) => any;
  /** What a time-out answers. */
  late: any;
}

export function openFrame({ url, timeout, event, read, late }: FrameOptions, done: (answer: any) => void): void {
  const frame = document.createElement('iframe');
  frame.style.display = 'none';
  const target: EventTarget = event === 'load' ? frame : window;

  const finish = (answer: any) => {
    clearTimeout(timer);
    setTimeout(() => {
      target.removeEventListener(event, hear);
      frame.remove();
    }, 0);
    done(answer);
  };
  const hear = (heard: Event) => {
    const answer = read(heard, frame);
    if (answer !== undefined) finish(answer);
  };
  let timer: ReturnType<typeof setTimeout>;
  const begin = () => {
    timer = setTimeout(() => finish(late), timeout || 60_000);
    target.addEventListener(event, hear);
    document.body.appendChild(frame);
    frame.src = url;
  };
  // A page that is made before anybody has gone to it has no frames of other sites until somebody does.
  if ((document as any).prerendering) document.addEventListener('prerenderingchange', begin, { once: true });
  else begin();
}
