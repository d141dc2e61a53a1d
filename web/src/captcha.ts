// Bot detection's widgets (WA-215 to WA-223): the authority says whether one is needed and whose, and its value
// ends up in an input named `captcha`.
import type { Callback } from './answers.js';

interface Challenge {
  provider: string;
  required?: boolean;
  type?: string;
  image?: string;
  siteKey?: string;
  clientSubdomain?: string;
}

interface Provider {
  /** The class of the element that holds the widget. */
  holder: string;
  /** The provider's own object, once its script has run. */
  widget: () => any;
  script: (lang: string, callback: string, challenge: Challenge) => string;
}

// Looked up each time: tests put another in its place.
const page = (): any => window;

const most = 3;
const bypass = 'BYPASS_CAPTCHA'; // what the authority lets pass where it is told to fail open

const providers: Record<string, Provider> = {
  recaptcha_v2: {
    holder: 'recaptcha',
    widget: () => page().grecaptcha,
    script: (lang, callback) => `https://www.recaptcha.net/recaptcha/api.js?hl=${lang}&onload=${callback}`,
  },
  recaptcha_enterprise: {
    holder: 'recaptcha',
    widget: () => page().grecaptcha.enterprise,
    script: (lang, callback) => `https://www.recaptcha.net/recaptcha/enterprise.js?render=explicit&hl=${lang}&onload=${callback}`,
  },
  hcaptcha: {
    holder: 'hcaptcha',
    widget: () => page().hcaptcha,
    script: (lang, callback) => `https://js.hcaptcha.com/1/api.js?hl=${lang}&onload=${callback}`,
  },
  friendly_captcha: {
    holder: 'friendly-captcha',
    widget: () => page().friendlyChallenge,
    script: () => 'https://cdn.jsdelivr.net/npm/friendly-challenge@0.9.12/widget.min.js',
  },
  arkose: {
    holder: 'arkose',
    widget: () => page().arkose,
    script: (_lang, _callback, { clientSubdomain, siteKey }) => `https://${clientSubdomain}.arkoselabs.com/v2/${siteKey}/api.js`,
  },
  auth0_v2: {
    holder: 'auth0_v2',
    widget: () => page().turnstile,
    script: (_lang, callback) => `https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit&onload=${callback}`,
  },
};

const templates: Record<string, (argument: any) => string> = {
  auth0: ({ type }: Challenge) => `<div class="captcha-challenge">
  <img src="" />
  <button type="button" class="captcha-reload">&#8634;</button>
</div>
<input type="text" name="captcha"
  class="form-control captcha-control"
  placeholder="${type === 'code' ? 'Enter the code shown above' : 'Solve the formula shown above'}" />`,
  error: () => '<div class="error" style="color: red;">Error getting the bot detection challenge. Please contact the system administrator.</div>',
};
for (const name in providers) templates[name] = () => `<div class="${providers[name]!.holder}" ></div><input type="hidden" name="captcha" />`;

const escapeAttribute = (text: unknown) => String(text || '').replace(/&/g, '&amp;').replace(/"/g, '&quot;');

/** Loads `url`; `failed` after three more tries, where the provider's widget may be passed by. */
function loadScript(url: string, attributes: Record<string, unknown>, callback: string | undefined, failed?: () => void): void {
  let left = most, script: HTMLScriptElement;
  const again = () => {
    script.remove();
    if (left-- > 0) load();
    else failed!();
  };
  const load = () => {
    script = Object.assign(window.document.createElement('script'), { async: true, defer: true }, attributes, failed && { onerror: again });
    if (callback) script.dataset.callback = callback;
    script.src = url;
    window.document.body.appendChild(script);
  };
  load();
}

class Captcha {
  private done: Callback = () => {};
  private solved: () => void = () => {};
  private isReload = false;

  constructor(private readonly challenge: (cb: Callback) => unknown, private readonly element: HTMLElement, private readonly options: any) {}

  load(done: Callback = () => {}): void {
    this.done = done;
    const { element, options } = this;
    this.challenge((error: any, challenge?: Challenge) => {
      if (error) {
        element.innerHTML = options.templates.error(error);
        return this.done(error);
      }
      if (!challenge?.required) {
        element.style.display = 'none';
        element.innerHTML = '';
        return this.done();
      }
      element.style.display = '';
      if (challenge.provider === 'auth0') this.showImage(challenge);
      else if (challenge.provider in providers) this.showWidget(challenge, providers[challenge.provider]!);
    });
  }

  reload(done?: Callback): void {
    this.isReload = true;
    this.load(done);
  }

  private input(): HTMLInputElement | null {
    return this.element.querySelector('input[name="captcha"]');
  }
  value(): string | undefined {
    return this.input()?.value;
  }
  private setValue(value = ''): void {
    this.input()!.value = value || '';
  }

  private showImage(challenge: Challenge): void {
    const { element, options } = this;
    // The image is an attribute's value and nothing else, whatever is in it.
    element.innerHTML = options.templates.auth0({ ...challenge, image: escapeAttribute(challenge.image) });
    element.querySelector('.captcha-challenge img')?.setAttribute('src', challenge.image || '');
    element.querySelector('.captcha-reload')?.addEventListener('click', (event) => {
      event.preventDefault();
      this.load();
    });
    this.done();
  }

  private showWidget(challenge: Challenge, provider: Provider): void {
    const { element, options } = this;
    const name = challenge.provider;
    const shown = name === 'friendly_captcha' ? page().auth0FCInstance : name === 'arkose' ? page().arkose : element.getAttribute('data-wid') && provider.widget();
    if (shown) {
      this.setValue();
      shown.reset(...(element.hasAttribute('data-wid') && name !== 'friendly_captcha' && name !== 'arkose' ? [element.getAttribute('data-wid')] : []));
      return;
    }
    element.innerHTML = options.templates[name](challenge);
    const holder = element.querySelector('.' + provider.holder)!;
    const mayBypass = name === 'arkose' || name === 'auth0_v2';
    const callback = `${name}Callback_${Math.floor(Math.random() * 1000001)}`;
    page()[callback] = (given: any) => {
      if (!mayBypass) delete page()[callback];
      if (name === 'arkose') this.startArkose((page().arkose = given));
      else if (name === 'friendly_captcha') this.startFriendly(holder, challenge);
      else this.startRendered(holder, challenge, provider);
    };
    const failed = mayBypass ? () => {
      this.done(new Error(`${name} failed to load`));
      this.setValue(bypass);
    } : undefined;
    loadScript(provider.script(options.lang, callback, challenge), name === 'friendly_captcha' ? { onload: page()[callback] } : {}, mayBypass ? callback : undefined, failed);
  }

  private startArkose(arkose: any): void {
    let errors = 0, isReady = false;
    arkose.setConfig({
      onReady: () => {
        if (isReady && !this.isReload) return;
        this.isReload = false;
        isReady = true;
        this.done(null, {
          triggerCaptcha: (solved: () => void) => {
            arkose.run();
            this.solved = solved;
          },
        });
      },
      onCompleted: ({ token }: { token: string }) => {
        this.setValue(token);
        this.solved();
      },
      onError: ({ error }: { error: { error: string } }) => {
        if (errors++ < most) {
          this.setValue();
          arkose.reset();
          setTimeout(() => arkose.run(), 500); // a reset takes its time
          return;
        }
        if (!isReady) this.done(new Error(error.error));
        isReady = true;
        this.setValue(bypass);
      },
    });
  }

  private startFriendly(holder: Element, { siteKey }: Challenge): void {
    page().auth0FCInstance = new (page().friendlyChallenge.WidgetInstance)(holder, {
      sitekey: siteKey,
      language: this.options.lang,
      doneCallback: (solution: string) => this.setValue(solution),
      errorCallback: () => this.setValue(),
    });
    this.done();
  }

  private startRendered(holder: Element, { provider: name, siteKey }: Challenge, provider: Provider): void {
    const { options, element } = this;
    const clear = () => this.setValue();
    const isTurnstile = name === 'auth0_v2';
    let errors = 0, id: any;
    const retry = () => {
      if (errors++ < most) {
        clear();
        provider.widget().reset(id);
      } else this.setValue(bypass);
      return true;
    };
    id = provider.widget().render(holder, {
      callback: (token: string) => {
        this.setValue(token);
        if (isTurnstile) options.successCallback();
      },
      'expired-callback': clear,
      'error-callback': isTurnstile ? retry : clear,
      sitekey: siteKey,
      ...(isTurnstile && { language: options.lang, appearance: options.appearance, theme: 'light', retry: 'never', 'response-field': false }),
    });
    element.setAttribute('data-wid', id);
    this.done();
  }
}

export function render(challenge: (cb: Callback) => unknown, element: HTMLElement, options?: object, done?: Callback) {
  const captcha = new Captcha(challenge, element, { lang: 'en', appearance: 'always', successCallback() {}, templates, ...options });
  captcha.load(done);
  return { reload: (reloaded?: Callback) => captcha.reload(reloaded), getValue: () => captcha.value() };
}
