// Asks the device for a key, and sends its answer with the form. The options stand in the form; what is binary in them
// is base64url.
const form = document.forms[0];
const options = JSON.parse(form.dataset.options);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
const list = (descriptors) => descriptors && descriptors.map((d) => ({ ...d, id: bytes(d.id) }));
const ask = async () => {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (!options.user) return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: list(options.allowCredentials) } });
  return navigator.credentials.create({ publicKey: { ...publicKey, user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: list(options.excludeCredentials) } });
};
form.addEventListener('submit', async (event) => {
  if (event.submitter && event.submitter.value !== 'default') return;
  event.preventDefault();
  const answer = { id: '', response: {} };
  try {
    const { rawId, response } = await ask();
    answer.id = text(rawId);
    answer.response.clientDataJSON = text(response.clientDataJSON);
    answer.response.authenticatorData = text(options.user ? response.getAuthenticatorData() : response.authenticatorData);
    if (response.signature) answer.response.signature = text(response.signature);
    if (response.userHandle) answer.response.userHandle = text(response.userHandle);
  } catch (error) {
    answer.error = error.name;
  }
  form.elements.answer.value = JSON.stringify(answer);
  form.submit();
});
