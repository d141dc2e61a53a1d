// Says what was just done or has failed, once, on screen and to screen readers.
import { useEffect, useState } from 'preact/hooks';

interface Notice {
  text: string;
  isBad: boolean;
  fileLines?: string;
  path: string; // where it was said
}

type Change = (before: Notice | null) => Notice | null;
let early: Change | null = null; // said before there is a page
let change: (next: Change) => void = (next) => { early = next; };
const tell = (notice: Omit<Notice, 'path'>) => change(() => ({ ...notice, path: location.pathname }));

export const say = (text: string, fileLines?: string) => tell({ text, isBad: false, fileLines });
export const complain = (error: unknown) => tell({ text: error instanceof Error ? error.message : String(error), isBad: true });
export const hush = () => change(() => null);
/** Keeps only a notice about the current page. */
export const hushElsewhere = () => change((before) => (before?.path === location.pathname ? before : null));

/** Does something and reports the outcome. Returns whether it succeeded. */
export async function attempt(action: () => Promise<unknown>, done?: string, fileLines?: string): Promise<boolean> {
  try {
    await action();
    if (done) say(done, fileLines);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

export function Notices() {
  const [notice, setNotice] = useState<Notice | null>(null);
  useEffect(() => {
    change = setNotice;
    if (early) setNotice(early);
    early = null;
  }, []);
  return (
    <div class="notices" role="status" aria-live="polite">
      {notice && (
        <div class={notice.isBad ? 'notice bad' : 'notice'}>
          <p>{notice.text}</p>
          {notice.fileLines && (
            <details open>
              <summary>To make it permanent, put these lines in the tenant file</summary>
              <pre tabIndex={0}><code>{notice.fileLines}</code></pre>
            </details>
          )}
          <button type="button" class="close" aria-label="Close this message" onClick={() => setNotice(null)}>×</button>
        </div>
      )}
    </div>
  );
}
