const { origin, response } = JSON.parse(document.getElementById('message').textContent);
const to = window.parent !== window ? window.parent : window.opener;
if (to) to.postMessage({ type: 'authorization_response', response }, origin);
