import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

// recipe
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      secretOrKeyProvider: passportJwtSecret({ jwksUri: `${ISSUER}.well-known/jwks.json`, cache: true }),
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), audience: AUDIENCE, issuer: ISSUER, algorithms: ['RS256'],
    });
  }
  validate(claims) { return claims; }
}
// end
class Home { get() { return 'in'; } }
UseGuards(AuthGuard('jwt'))(Home.prototype, 'get', Object.getOwnPropertyDescriptor(Home.prototype, 'get'));
Get()(Home.prototype, 'get', Object.getOwnPropertyDescriptor(Home.prototype, 'get'));
Controller()(Home);
class App {}
Module({ imports: [PassportModule], controllers: [Home], providers: [JwtStrategy] })(App);
const app = await NestFactory.create(App, { logger: false });
await app.listen(port);
await served();
