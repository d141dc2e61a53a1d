import { useState } from 'preact/hooks';
import { get, type Json, patch } from '../api';
import { type Field, Form } from '../parts/form';
import { Loaded, Page, useData } from '../parts/page';

const fields: Field[] = [
  { name: 'logo_url', label: 'Logo', kind: 'url', help: 'The https address of an image.' },
  { name: 'colors.primary', label: 'Primary colour', kind: 'color', unset: '#1f5eff', help: 'For buttons and links. The colour of text on it is chosen to be readable.' },
  { name: 'colors.page_background', label: 'Background', kind: 'color', unset: '#f3f4f7', help: 'In light mode.' },
];

export function Branding() {
  const data = useData(() => get('branding'));
  const [shown, setShown] = useState<Json>();
  const preview = (branding: Json) => `/dashboard/preview?${new URLSearchParams({ logo: branding.logo_url ?? '', primary: branding.colors?.primary ?? '', background: branding.colors?.page_background ?? '' })}`;
  return (
    <Page title="Branding">
      <Loaded of={data}>
        {(branding: Json) => (
          <div class="beside">
            <Form fields={fields} document={branding} changed={setShown} save={(change) => patch('branding', change)} place={{ section: 'branding' }} />
            <figure>
              <iframe title="Preview of the login page" src={preview(shown ?? branding)} />
              <figcaption>Preview of the login page</figcaption>
            </figure>
          </div>
        )}
      </Loaded>
    </Page>
  );
}
