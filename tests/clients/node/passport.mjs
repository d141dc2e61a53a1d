// An Express application with sessions and one strategy of Passport.
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { port, secret, shows } from './site.mjs';

export function passportApp(name, strategy, options) {
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: false }), passport.initialize(), passport.session());
  passport.serializeUser((user, then) => then(null, user));
  passport.deserializeUser((user, then) => then(null, user));
  passport.use(name, strategy);
  app.get('/', (request, response, next) => (request.user ? response.json(request.user) : passport.authenticate(name, options)(request, response, next)));
  app.get('/callback', passport.authenticate(name, { failureRedirect: '/failed' }), (request, response) => response.redirect('/'));
  app.listen(port, () => shows());
}
