// Which test holds each row of the checklist (client-api.md section 20): the title, or its beginning. tools/compatibility.mjs
// makes docs/compatibility.md of it, and tests/docs checks that every title is a test's.
const lines = `
001 auth0.min: the global, at once, under default-src 'none'
002 ostia-js: require
003 ostia-js: import in Node, without a window
004 ostia-js: import in Node, without a window
005 what the package does not export
006 WebAuth: nothing
007 WebAuth: no domain
008 WebAuth: leeway text
009 WebAuth: overrides.__jwks_uri
010 WebAuth: everything
011 WebAuth: everything
012 WebAuth: everything
013 WebAuth: a plugin of another version
014 Management: no token
015 buildAuthorizeUrl: state, nonce
016 buildAuthorizeUrl: none
017 buildAuthorizeUrl: null
018 buildAuthorizeUrl: an empty response type
019 buildAuthorizeUrl: no response type
020 buildAuthorizeUrl: {}
021 buildAuthorizeUrl: code id_token
022 buildAuthorizeUrl: types
023 buildAuthorizeUrl: state, nonce
024 buildAuthorizeUrl: unknown parameters
025 buildAuthorizeUrl: no warnings
026 buildAuthorizeUrl: connection_scope
027 buildAuthorizeUrl: local ones
028 buildAuthorizeUrl: falsy values
029 buildAuthorizeUrl: encoding
030 buildAuthorizeUrl: a code challenge
031 buildAuthorizeUrl: no telemetry
032 buildAuthorizeUrl: telemetry
033 buildLogoutUrl: none
034 buildLogoutUrl: returnTo
035 buildLogoutUrl: clientID undefined
036 buildLogoutUrl: federated
037 logout: returnTo
038 authorize: none
039 authorize: scope of the constructor
040 authorize: code
041 authorize: state, nonce
042 authorize: connection
043 authorize: realm and organization
044 authorize: constructor options
045 authorize: app state
046 authorize: constructor options
047 authorize: no response type
048 authorize: nonce 5
049 a plain-http page
050 an https page
051 an https page without copies
052 a cookie domain
053 a life of 5 minutes
054 local storage first
055 local storage that throws when touched
056 local storage that throws when written to
057 cookies that throw
058 authorize: hosted page
059 an https page
060 parseHash: the location
061 parseHash: #/
062 parseHash: an error
063 parseHash: id token only
064 parseHash: access token only
065 parseHash: the constructor's type wins
066 parseHash: refresh token
067 parseHash: good
068 parseHash: own state and nonce
069 parseHash: another state
070 parseHash: started by the authority
071 parseHash: started by the authority, unknown state
072 parseHash: app state
073 parseHash: good
074 parseHash: token only, wanted
075 parseHash: connection remembered
076 parseHash: good
077 parseHash: HS256
078 parseHash: none
079 parseHash: not three parts
080 parseHash: forged
081 parseHash: a longer signature than the key
082 parseHash: unknown kid
083 parseHash: neither token nor key has a kid
084 parseHash: keys
085 parseHash: keys elsewhere
086 two parses, two requests for the keys
087 parseHash: iss wrong
088 parseHash: sub missing
089 parseHash: aud
090 parseHash: azp
091 parseHash: own nonce, wrong
092 parseHash: nonce wrong
093 parseHash: started by the authority
094 parseHash: exp missing
095 parseHash: expired
096 parseHash: leeway 0 means 60
097 parseHash: leeway 301
098 parseHash: nbf
099 parseHash: iat ahead
100 parseHash: max age
101 parseHash: at_hash
102 parseHash: organization id
103 parseHash: organization name
104 parseHash: good
105 validateToken: empty
106 validateAuthenticationResponse
107 login: realm, email
108 login: username wins
109 login: no realm
110 login: realm, email
111 login: realm, email
112 login: onRedirecting
113 login: captcha
114 login: access_denied
115 login: access_denied
116 login: 403 text
117 login: offline
118 login: no response type
119 crossOriginVerification: the authority asks twice
120 crossOriginVerification: the authority asks twice
121 crossOriginVerification: an unknown id
122 passwordlessStart: email and code
123 passwordlessStart: sms
124 passwordlessStart: link
125 passwordless.start: send null
126 passwordless.start: neither
127 client.passwordless.start: good
128 client.passwordless.start: good
129 passwordlessLogin: email
130 passwordlessLogin: on the hosted page
131 passwordlessVerify: good
132 passwordlessVerify: no code
133 passwordlessVerify: refused
134 signup: good
135 client.dbConnection.signup: good
136 signup: good
137 signup: state of the constructor
138 signup: no connection
139 signup: good
140 signup: fails with an error of the accounts API
141 signup: good
142 changePassword: good
143 changePassword: good
144 changePassword: no email
145 signupAndAuthorize: good
146 redirect.signupAndLogin: the login fails
147 redirect.loginWithCredentials
148 popup.authorize: success
149 popup.authorize: connection, size
150 popup.authorize: connection, size
151 popup.authorize: success
152 popup.authorize: success
153 popup.authorize: error
154 popup.authorize: a code only
155 popup.authorize: closed by the person
156 popup.authorize: a popup that leaves before it answers
157 popup.authorize: garbage first
158 popup.authorize: owp
159 popup.authorize: no redirect URI
160 popup.authorize: a preloaded window is sent on
161 popup.preload
162 popup.callback: no opener
163 popup.authorize: another origin expected
164 popup.authorize: success, no response type there
165 popup.loginWithCredentials: good
166 popup.signupAndLogin: the login fails
167 popup.passwordlessVerify
168 checkSession: good
169 checkSession: audience and scope
170 checkSession: login_required
171 checkSession: consent_required
172 checkSession: code
173 checkSession: no redirect URI
174 checkSession: another origin
175 checkSession: no answer
176 checkSession: good
177 checkSession with a nonce
178 checkSession: bad token
179 checkSession: app state
180 checkSession: good
181 a hostile web message is not an answer
182 renewAuth: by load
183 renewAuth: object with hash
184 renewAuth: no response type
185 getSSOData: a session
186 getSSOData: somebody else's session
187 getSSOData: consent_required
188 getSSOData: on the hosted page
189 userInfo: a profile
190 userInfo: no token
191 userInfo: 401 text
192 client.oauthToken: good
193 oauthToken: refresh token, two spellings
194 client.oauthToken: no grantType
195 client.login: good
196 client.login: no realm
197 oauthToken: names stay in the error
198 client.loginWithDefaultDirectory: good
199 client.delegation: no grant_type
200 client.customTokenExchange: good
201 client.customTokenExchange: no subjectToken
202 client.getChallenge: no state
203 client.getChallenge: state
204 retries: 500 is repeated
205 an aborted request never calls back
206 signup: fails with
207 Management.getUser: good
208 Management.patchUserMetadata: good
209 Management.patchUserAttributes: good
210 Management.linkUser: good
211 Management.getUser: refused
212 Management.linkUser: no token
213 _universalLogin.login: elsewhere
214 _universalLogin.login
215 renderCaptcha: not required
216 renderCaptcha: an error
217 renderCaptcha: own templates
218 renderCaptcha: an image, again by
219 renderCaptcha: hcaptcha
220 renderCaptcha: auth0_v2, solved
221 renderCaptcha: its scripts are refused
222 renderCaptcha: auth0_v2, fails four times
223 renderCaptcha: arkose
224 the plugin in cordova: a login
225 the plugin in cordova: a page that does not load`;

/** `WA-001` → the beginning of its tests' titles. */
export const heldBy = Object.fromEntries(lines.trim().split('\n').map((line) => [`WA-${line.slice(0, 3)}`, line.slice(4)]));
