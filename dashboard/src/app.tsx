// The frame of every page: navigation, and who is signed in.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorBoundary, lazy, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { Notices } from './parts/notices';
import { type Session, signInAgain, signOut } from './session';

const pages = {
  Overview: lazy(() => import('./pages/overview').then((m) => m.Overview)),
  Applications: lazy(() => import('./pages/applications').then((m) => m.Applications)),
  Application: lazy(() => import('./pages/applications').then((m) => m.Application)),
  Apis: lazy(() => import('./pages/apis').then((m) => m.Apis)),
  Api: lazy(() => import('./pages/apis').then((m) => m.Api)),
  Connections: lazy(() => import('./pages/connections').then((m) => m.Connections)),
  Connection: lazy(() => import('./pages/connections').then((m) => m.Connection)),
  Users: lazy(() => import('./pages/users').then((m) => m.Users)),
  User: lazy(() => import('./pages/user').then((m) => m.User)),
  Roles: lazy(() => import('./pages/roles').then((m) => m.Roles)),
  Role: lazy(() => import('./pages/roles').then((m) => m.Role)),
  Organizations: lazy(() => import('./pages/organizations').then((m) => m.Organizations)),
  Organization: lazy(() => import('./pages/organizations').then((m) => m.Organization)),
  Rules: lazy(() => import('./pages/rules').then((m) => m.Rules)),
  Rule: lazy(() => import('./pages/rules').then((m) => m.Rule)),
  Actions: lazy(() => import('./pages/actions').then((m) => m.Actions)),
  Action: lazy(() => import('./pages/actions').then((m) => m.Action)),
  Branding: lazy(() => import('./pages/branding').then((m) => m.Branding)),
  AttackProtection: lazy(() => import('./pages/attack-protection').then((m) => m.AttackProtection)),
  Tenant: lazy(() => import('./pages/tenant').then((m) => m.Tenant)),
  Logs: lazy(() => import('./pages/logs').then((m) => m.Logs)),
  Keys: lazy(() => import('./pages/keys').then((m) => m.Keys)),
};

const places: [string, string][] = [
  ['/dashboard', 'Overview'],
  ['/dashboard/applications', 'Applications'],
  ['/dashboard/apis', 'APIs'],
  ['/dashboard/connections', 'Connections'],
  ['/dashboard/users', 'Users'],
  ['/dashboard/roles', 'Roles'],
  ['/dashboard/organizations', 'Organizations'],
  ['/dashboard/rules', 'Rules'],
  ['/dashboard/actions', 'Actions'],
  ['/dashboard/branding', 'Branding'],
  ['/dashboard/attack-protection', 'Attack protection'],
  ['/dashboard/tenant', 'Tenant settings'],
  ['/dashboard/logs', 'Logs'],
  ['/dashboard/keys', 'Keys'],
];

export const Mark = () => (
  <svg class="mark" viewBox="0 0 44 44" aria-hidden="true">
    <path fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round" d="M8 40V18a14 14 0 0 1 28 0v22zM22 4v36" />
    <circle cx="17.5" cy="25" r="1.8" fill="currentColor" />
    <circle cx="26.5" cy="25" r="1.8" fill="currentColor" />
  </svg>
);

function Navigation({ open, close }: { open: boolean; close: () => void }) {
  const { path } = useLocation();
  const isHere = (to: string) => (to === '/dashboard' ? path.replace(/\/$/, '') === to : path.startsWith(to));
  return (
    <nav id="places" class={open ? 'open' : ''} aria-label="Dashboard">
      <ul>
        {places.map(([to, name]) => (
          <li key={to}>
            <a href={to} aria-current={isHere(to) ? 'page' : undefined} onClick={close}>{name}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Frame({ session }: { session: Session }) {
  const [open, setOpen] = useState(false);
  const { path } = useLocation();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  // After a link is followed, a screen reader reads the new page.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [path]);
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header>
        <button type="button" class="menu outline secondary" aria-expanded={open} aria-controls="places" onClick={() => setOpen(!open)}>Menu</button>
        <a class="brand" href="/dashboard"><Mark /> Ostia</a>
        <span class="who">{session.name}</span>
        <button type="button" class="outline secondary" onClick={signOut}>Log out</button>
      </header>
      <Navigation open={open} close={() => setOpen(false)} />
      <main id="main" tabIndex={-1} ref={main}>
        <Notices />
        <ErrorBoundary>
          <Router>
            <Route path="/dashboard" component={pages.Overview} />
            <Route path="/dashboard/applications" component={pages.Applications} />
            <Route path="/dashboard/applications/:id" component={pages.Application} />
            <Route path="/dashboard/apis" component={pages.Apis} />
            <Route path="/dashboard/apis/:id" component={pages.Api} />
            <Route path="/dashboard/connections" component={pages.Connections} />
            <Route path="/dashboard/connections/:id" component={pages.Connection} />
            <Route path="/dashboard/users" component={pages.Users} />
            <Route path="/dashboard/users/:id" component={pages.User} />
            <Route path="/dashboard/roles" component={pages.Roles} />
            <Route path="/dashboard/roles/:id" component={pages.Role} />
            <Route path="/dashboard/organizations" component={pages.Organizations} />
            <Route path="/dashboard/organizations/:id" component={pages.Organization} />
            <Route path="/dashboard/rules" component={pages.Rules} />
            <Route path="/dashboard/rules/:id" component={pages.Rule} />
            <Route path="/dashboard/actions" component={pages.Actions} />
            <Route path="/dashboard/actions/:id" component={pages.Action} />
            <Route path="/dashboard/branding" component={pages.Branding} />
            <Route path="/dashboard/attack-protection" component={pages.AttackProtection} />
            <Route path="/dashboard/tenant" component={pages.Tenant} />
            <Route path="/dashboard/logs" component={pages.Logs} />
            <Route path="/dashboard/keys" component={pages.Keys} />
            <Route default component={Nowhere} />
          </Router>
        </ErrorBoundary>
      </main>
    </>
  );
}

const Nowhere = () => (
  <section>
    <h1>Page not found</h1>
    <p><a href="/dashboard">Go to the overview</a></p>
  </section>
);

export const App = ({ session }: { session: Session }) => (
  <LocationProvider scope="/dashboard">
    <Frame session={session} />
  </LocationProvider>
);

export const Refused = ({ who, what }: { who?: string; what?: string }) => (
  <main class="refused">
    <Mark />
    <h1>{who ? 'Not an administrator' : 'Sign-in failed'}</h1>
    <p>{who ? `${who} is not allowed to manage this tenant. An administrator can change that: open the user and go to Profile.` : what}</p>
    <div class="row">
      <button type="button" onClick={signInAgain}>Use another account</button>
      <button type="button" class="outline secondary" onClick={signOut}>Log out</button>
    </div>
  </main>
);
