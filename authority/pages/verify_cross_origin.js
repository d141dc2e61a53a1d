const { source, id } = JSON.parse(document.getElementById('message').textContent);
const form = document.forms[0];
const origin = new URL(source).origin;
const frame = document.createElement('iframe');
let done = false;
const finish = (verifier) => {
  if (done) return;
  done = true;
  form.elements.co_verifier.value = typeof verifier === 'string' ? verifier : '';
  form.submit();
};
window.addEventListener('message', (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
  if (event.data.type === 'ready') frame.contentWindow.postMessage({ type: 'co_verifier_request', request: { id } }, origin);
  if (event.data.type === 'co_verifier_response') finish(event.data.response && event.data.response.verifier);
});
setTimeout(finish, 5000, '');
frame.style.display = 'none';
frame.src = source + '#origin=' + encodeURIComponent(window.location.origin);
document.body.appendChild(frame);
