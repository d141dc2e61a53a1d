// How pages use auth0.js, method by method, as their documentation teaches them to: short calls with the options that
// everybody copies. page.test.mjs runs each of them with both of our builds.
export const snippets = {
  callbackPage: `<!doctype html>
<script src="/library.js"></script>
<script>
  new auth0.WebAuth({ domain: 'tenant.example', clientID: 'client' }).popup.callback();
</script>`,

  popup: `webAuth.popup.authorize({
  responseType: 'token',
  redirectUri: 'https://app.example/popup_response_handler.html'
}, function (err, result) {});`,

  popupOfConnection: `webAuth.popup.authorize({
  responseType: 'token',
  redirectUri: 'https://app.example/popup_response_handler.html',
  connection: 'twitter'
}, function (err, result) {});`,

  login: `webAuth.login({
  realm: 'tests',
  username: 'testuser',
  password: 'testpass',
});`,

  passwordlessStart: `webAuth.passwordlessStart({
  connection: 'email',
  send: 'code',
  email: 'foo@bar.com'
}, function (err, res) {});`,

  passwordlessLogin: `webAuth.passwordlessLogin({
  connection: 'email',
  email: 'foo@bar.com',
  verificationCode: '389945'
}, function (err, res) {});`,

  parseHash: `webAuth.parseHash({ hash: window.location.hash }, function (err, result) {
  if (err) return console.log(err);
  webAuth.client.userInfo(result.accessToken, function (err, user) {});
});`,

  checkSessionWithNonce: `webAuth.checkSession({
  nonce: '1234',
}, function (err, result) {});`,

  checkSession: 'webAuth.checkSession({}, function (err, result) {});',

  checkSessionForApi: `webAuth.checkSession({
  audience: 'https://mydomain/another-api/',
  scope: 'read:messages'
}, function (err, result) {});`,

  logout: `webAuth.logout({
  returnTo: 'https://app.example/bye',
  clientID: 'client'
});`,

  signupForm: `<h2>Sign up</h2>
<input class="signup-email">
<input type="password" class="signup-password">
<input type="button" class="signup-db" value="Sign up">
<script>
  $('.signup-db').click(function (e) {
    e.preventDefault();
    webAuth.signup({
      connection: 'Username-Password-Authentication',
      email: $('.signup-email').val(),
      password: $('.signup-password').val(),
      user_metadata: { plan: 'silver', team_id: 'a111' }
    }, function (err) {
      alert(err ? 'It went wrong: ' + err.message : 'signed up, not logged in');
    });
  });
</script>`,

  changePassword: `$('.change_password').click(function () {
  webAuth.changePassword({
    connection: 'db-conn',
    email: 'foo@bar.com'
  }, function (err, answer) {
    console.log(err ? err.message : answer);
  });
});`,
};
