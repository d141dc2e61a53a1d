const { origins, response } = JSON.parse(document.getElementById('message').textContent);
const to = window.parent !== window ? window.parent : window.opener;
if (to) for (const origin of origins) to.postMessage({ type: 'authorization_response', response }, origin);
