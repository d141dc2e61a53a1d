import { get, id, type Json, post, put } from '../api';
import { Dangerous } from '../parts/dialog';
import { List, Loaded, Page, useData, when } from '../parts/page';

// The browser may have cached the old keys; the next token is signed with the new one.
async function rotate() {
  await post('keys/signing/rotate', {});
  await fetch('/.well-known/jwks.json', { cache: 'reload' });
}

const state = (key: Json) => (key.revoked ? 'revoked' : key.current ? 'signs now' : key.next ? 'signs next' : 'still trusted');

export function Keys() {
  const data = useData(() => get('keys/signing'));
  return (
    <Page title="Keys" actions={<Dangerous name="Rotate signing key" question="The next key will sign from now on. Tokens signed with the current key stay valid until that key is revoked." done="The next key is now signing." action={rotate} then={data.reload} />}>
      <p>Tokens are signed with RS256. The public keys are at <a href="/.well-known/jwks.json">/.well-known/jwks.json</a>.</p>
      <Loaded of={data}>
        {(keys: Json[]) => <List label="Signing keys" rows={keys.map((k) => ({ ...k, id: k.kid }))} none="There are no keys." columns={[
          { title: 'Key ID', show: (k) => <code>{k.kid}</code> },
          { title: 'State', show: state },
          { title: 'Since', show: (k) => when(k.current_since) },
          { title: '', show: (k) => (!k.current && !k.next && !k.revoked ? <Dangerous name="Revoke" question="Tokens signed with it will be refused." done="The key was revoked." action={() => put(`keys/signing/${id(k.kid)}/revoke`)} then={data.reload} /> : '') },
        ]} />}
      </Loaded>
    </Page>
  );
}
