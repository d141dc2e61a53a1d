// Asks whoever fills in a form whether they are a robot. The built-in question is work for the browser, which does it
// while the form is filled in; a provider's is a widget. tools/build-captcha.mjs makes one script of this and the library.
import { solveChallenge } from 'altcha-lib/v1';

const place = document.querySelector('[data-captcha]');
const [holder, status, progress] = place.children;
const form = place.closest('form');
const field = form.elements.captcha;
const { provider, challenge, script, siteKey, action, language, texts } = JSON.parse(place.dataset.captcha);
const bypass = 'BYPASS_CAPTCHA'; // counts only where the tenant lets through whom the provider cannot ask

const say = (name) => {
  status.textContent = texts[name];
  status.hidden = false;
};

async function work() {
  const { algorithm, maxnumber, salt, signature } = challenge, part = Math.ceil(maxnumber / 50);
  say('working');
  progress.max = maxnumber;
  progress.value = 0;
  progress.hidden = false;
  for (let start = 0; start <= maxnumber; start += part) {
    const solved = await solveChallenge(challenge.challenge, salt, algorithm, Math.min(start + part - 1, maxnumber), start).promise;
    if (solved) return btoa(JSON.stringify({ algorithm, challenge: challenge.challenge, number: solved.number, salt, signature }));
    progress.value = start + part;
  }
  throw new Error('no number solves it');
}

// The form waits until the work is done.
let waiting;
const isReady = () => provider !== 'altcha' || field.value || !status.hidden && status.textContent === texts.failed;
form.addEventListener('submit', (event) => {
  if (isReady()) return;
  event.preventDefault();
  waiting = { submitter: event.submitter };
});

if (provider === 'altcha')
  work().then((answer) => {
    field.value = answer;
    say('done');
  }, () => say('failed')).then(() => {
    progress.hidden = true;
    if (waiting) form.requestSubmit(waiting.submitter);
  });

// What each provider's script is called, and how its widget is put into the page.
const set = (value) => { field.value = value || ''; };
const rendered = (api, more) => api.render(holder, { sitekey: siteKey, callback: set, 'expired-callback': () => set(), 'error-callback': () => set(), hl: language, ...more });
const widgets = {
  recaptcha_v2: () => grecaptcha.ready(() => rendered(grecaptcha)),
  recaptcha_enterprise: () => grecaptcha.enterprise.ready(() => rendered(grecaptcha.enterprise, { action })),
  hcaptcha: () => rendered(hcaptcha),
  auth0_v2: () => rendered(turnstile, { action, language, 'response-field': false, 'error-callback': () => (set(bypass), true) }),
  friendly_captcha: () => new friendlyChallenge.WidgetInstance(holder, { sitekey: siteKey, language, startMode: 'auto', skipStyleInjection: true, doneCallback: set, errorCallback: () => set() }),
};

function askArkose(arkose) {
  let errors = 0;
  arkose.setConfig({
    selector: '[data-captcha] > div',
    mode: 'inline',
    language,
    onCompleted: ({ token }) => set(token),
    onError: () => errors++ < 3 ? arkose.reset() : set(bypass),
  });
}

if (script) {
  const element = Object.assign(document.createElement('script'), { src: script, async: true });
  element.onload = () => widgets[provider]?.();
  element.onerror = () => {
    if (provider === 'auth0_v2' || provider === 'arkose') set(bypass);
    say('failed');
  };
  if (provider === 'arkose') {
    window.captchaReady = askArkose;
    element.dataset.callback = 'captchaReady';
  }
  document.body.append(element);
}
