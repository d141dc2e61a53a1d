// The methods of the page, each as the code that its card shows and its button runs.
const { domain, clientID } = window.playground;
const redirectUri = `${location.origin}/example`;
const popupUri = `${location.origin}/example/popup`;
const realm = 'Username-Password-Authentication';

export const webAuth = new auth0.WebAuth({ domain, clientID, redirectUri, responseType: 'token id_token', scope: 'openid profile email' });
export const session = { accessToken: '', idToken: '' };

const email = { name: 'email', label: 'Email', value: 'ada@example.com' };
const password = { name: 'password', label: 'Password', value: 'Correct-Horse-9', type: 'password' };

export const groups = [
  {
    title: 'Login by redirect',
    methods: [
      { name: 'webAuth.authorize', text: 'Sends you to the login page and back.', run: () => webAuth.authorize() },
      { name: 'webAuth.authorize, with a fresh login', text: 'Asks for the password even if you are logged in.', run: () => webAuth.authorize({ prompt: 'login' }) },
      { name: 'webAuth.authorize, straight to a connection', text: 'To Twitter, or what stands in for it here.', run: () => webAuth.authorize({ connection: 'twitter' }) },
      { name: 'webAuth.authorize, for an API', text: 'An access token for an API, with its scopes.', run: () => webAuth.authorize({ audience: 'https://api.example.com/', scope: 'openid profile read:messages' }) },
      { name: 'webAuth.parseHash', text: 'Reads an authorization response. This one is made up, so it is refused.', run: () => webAuth.parseHash({ hash: '#access_token=made-up&id_token=a.b.c&state=unknown' }) },
      { name: 'webAuth.client.buildAuthorizeUrl', text: 'The address of a login, for those who redirect themselves.', run: () => webAuth.client.buildAuthorizeUrl({ state: 'my-state', nonce: 'my-nonce' }) },
    ],
  },
  {
    title: 'Login in a popup',
    methods: [
      { name: 'webAuth.popup.authorize', text: 'The login page in a window of its own; this page stays.', run: () => webAuth.popup.authorize({ redirectUri: popupUri }) },
      { name: 'webAuth.popup.loginWithCredentials', text: 'A name and a password of this page, finished in a popup.', fields: [email, password], run: ({ email, password }) => webAuth.popup.loginWithCredentials({ connection: realm, username: email, password, redirectUri: popupUri }) },
    ],
  },
  {
    title: 'Embedded login',
    methods: [
      { name: 'webAuth.login', text: 'The form is this page’s; the password goes to /co/authenticate.', fields: [email, password], run: ({ email, password }) => webAuth.login({ realm, username: email, password }) },
      { name: 'webAuth.client.login', text: 'The same by the token endpoint: no session, no redirect.', fields: [email, password], run: ({ email, password }) => webAuth.client.login({ realm, username: email, password, scope: 'openid profile' }) },
      { name: 'webAuth.client.loginWithDefaultDirectory', text: 'In the tenant’s default directory.', fields: [email, password], run: ({ email, password }) => webAuth.client.loginWithDefaultDirectory({ username: email, password, scope: 'openid profile' }) },
      { name: 'webAuth.signup', text: 'A new account in a database connection.', fields: [{ ...email, value: 'new@example.com' }, { ...password, value: 'Brand-New-7' }], run: ({ email, password }) => webAuth.signup({ connection: realm, email, password, user_metadata: { plan: 'silver', team_id: 'a111' } }) },
      { name: 'webAuth.redirect.signupAndLogin', text: 'The same, and logged in.', fields: [{ ...email, value: 'another@example.com' }, { ...password, value: 'Brand-New-7' }], run: ({ email, password }) => webAuth.redirect.signupAndLogin({ connection: realm, email, password }) },
      { name: 'webAuth.changePassword', text: 'Sends a mail with a link to choose another password.', mail: true, fields: [email], run: ({ email }) => webAuth.changePassword({ connection: realm, email }) },
    ],
  },
  {
    title: 'Passwordless',
    methods: [
      { name: 'webAuth.passwordlessStart', text: 'Sends a code or a link by e-mail.', mail: true, fields: [email, { name: 'send', label: 'Send', options: ['code', 'link'] }], run: ({ email, send }) => webAuth.passwordlessStart({ connection: 'email', send, email }) },
      { name: 'webAuth.passwordlessLogin', text: 'Logs in with the code.', mail: true, fields: [email, { name: 'verificationCode', label: 'Code', value: '' }], run: ({ email, verificationCode }) => webAuth.passwordlessLogin({ connection: 'email', email, verificationCode }) },
      { name: 'webAuth.passwordlessStart, by text message', text: 'The same to a phone.', mail: true, fields: [{ name: 'phoneNumber', label: 'Phone', value: '+15550100' }], run: ({ phoneNumber }) => webAuth.passwordlessStart({ connection: 'sms', send: 'code', phoneNumber }) },
    ],
  },
  {
    title: 'Silent login',
    methods: [
      { name: 'webAuth.checkSession', text: 'New tokens without showing anything, if you are logged in at the authority.', run: () => webAuth.checkSession({}) },
      { name: 'webAuth.checkSession, for an API', text: 'A token for another API than the first one’s.', run: () => webAuth.checkSession({ audience: 'https://api.example.com/', scope: 'read:messages' }) },
      { name: 'webAuth.client.userInfo', text: 'Your profile, for the access token.', run: () => webAuth.client.userInfo(session.accessToken) },
      { name: 'webAuth.client.getSSOData', text: 'Whether somebody is logged in at the authority, and with what.', run: () => webAuth.client.getSSOData() },
      { name: 'webAuth.client.getUserCountry', text: 'Where you seem to be.', run: () => webAuth.client.getUserCountry() },
    ],
  },
  {
    title: 'Logout',
    methods: [
      { name: 'webAuth.logout', text: 'Ends your session at the authority.', run: () => webAuth.logout({ returnTo: redirectUri, clientID }) },
      { name: 'webAuth.client.buildLogoutUrl', text: 'The address of a logout.', run: () => webAuth.client.buildLogoutUrl({ returnTo: redirectUri, clientID }) },
    ],
  },
  {
    title: 'Account, metadata, linking',
    methods: [
      {
        name: 'auth0.Management.getUser',
        text: 'Your account as the Management API has it.',
        run: async () => {
          const { accessToken, idTokenPayload } = await webAuth.checkSession({ audience: `${domain}/api/v2/`, scope: 'openid read:current_user' });
          const management = new auth0.Management({ domain, token: accessToken });
          return management.getUser(idTokenPayload.sub);
        },
      },
      {
        name: 'auth0.Management.patchUserMetadata',
        text: 'Changes what is yours to change.',
        fields: [{ name: 'color', label: 'Favourite colour', value: 'green' }],
        run: async ({ color }) => {
          const { accessToken, idTokenPayload } = await webAuth.checkSession({ audience: `${domain}/api/v2/`, scope: 'openid update:current_user_metadata' });
          const management = new auth0.Management({ domain, token: accessToken });
          return management.patchUserMetadata(idTokenPayload.sub, { color });
        },
      },
      {
        name: 'auth0.Management.linkUser',
        text: 'Log in as the account to keep, run this, and log in as another one in the popup: it becomes an identity of the first.',
        run: async () => {
          const first = await webAuth.checkSession({ audience: `${domain}/api/v2/`, scope: 'openid update:current_user_identities' });
          const second = await webAuth.popup.authorize({ redirectUri: popupUri, prompt: 'login' });
          const management = new auth0.Management({ domain, token: first.accessToken });
          return management.linkUser(first.idTokenPayload.sub, second.idToken);
        },
      },
    ],
  },
];
