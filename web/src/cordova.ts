// The plugin for Cordova and Electron, a file of its own: `popup.authorize` opens the program's in-app browser, and the
// response is read from the address that the authority sends it to (WA-225).
import { join } from './request.js';
import { version } from './version.js';

const points = ['popup.authorize', 'popup.getPopupHandler'];

/** The page that an in-app browser ends at. */
const landing = (domain: string): string => join('https://' + domain, '/mobile');

class InAppBrowser {
  _current_popup: any = null;
  private isDone = false;

  constructor(private readonly webAuth: any) {}

  preload(options: any): any {
    if (this._current_popup && !this._current_popup.closed) return this._current_popup;
    const wanted: any = { ...options.popupOptions, location: 'yes' };
    delete wanted.width; // a phone's browser has one size
    delete wanted.height;
    const list = Object.keys(wanted).map((name) => `${name}=${wanted[name]}`).join(',');
    const popup: any = window.open(options.url || 'about:blank', '_blank', list);
    this.isDone = false;
    popup.kill = () => {
      popup.close();
      this._current_popup = null;
    };
    return (this._current_popup = popup);
  }

  load(url: string, _relayUrl: unknown, options: any, cb: (error: any, result?: any) => void): void {
    if (this._current_popup) this._current_popup.location.href = url;
    else this.preload({ ...options, url });
    const popup = this._current_popup;
    const finish = (error: any, result?: any) => {
      if (this.isDone) return;
      this.isDone = true;
      popup.kill?.();
      cb(error, result);
    };
    const hear: Record<string, (event: any) => void> = {
      loaderror: ({ message }) => finish({ error: 'window_error', errorDescription: message }),
      loadstart: ({ url: at }) => {
        const start = landing(this.webAuth.baseOptions.domain) + '#';
        if (!at?.startsWith(start)) return;
        this.webAuth.parseHash({ hash: at.slice(start.length), ...(options.nonce && { nonce: options.nonce }) }, (error: any, result: any) => {
          if (error || result) finish(error, result);
        });
      },
      exit: () => {
        for (const name in hear) popup.removeEventListener(name, hear[name]);
        popup.kill = undefined; // it is gone
        finish({ error: 'window_closed', errorDescription: 'Browser window closed' });
      },
    };
    for (const name in hear) popup.addEventListener(name, hear[name]);
  }
}

class Handler {
  constructor(private readonly webAuth: any) {}

  processParams(params: any): any {
    params.redirectUri = landing(params.domain);
    delete params.owp;
    return params;
  }
  getPopupHandler() {
    return new InAppBrowser(this.webAuth);
  }
}

/** `new auth0.WebAuth({…, plugins: [new CordovaAuth0Plugin()]})` */
export default class CordovaAuth0Plugin {
  webAuth: any = null;
  version = version.raw;
  extensibilityPoints = points;

  setWebAuth(webAuth: any): void {
    this.webAuth = webAuth;
  }
  supports(point: string): boolean {
    const page: any = window;
    return !!(page.cordova || page.electron) && points.indexOf(point) >= 0;
  }
  init(): Handler {
    return new Handler(this.webAuth);
  }
}
