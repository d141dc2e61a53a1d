import { createApp, h, watchEffect } from 'vue';
import { createAuth0, useAuth0 } from '@auth0/auth0-vue';
import { CLIENT_ID, DOMAIN, done, EMAIL, fail } from './kit.mjs';

const Profile = {
  setup() {
    const { error, isLoading, user, loginWithRedirect } = useAuth0();
    watchEffect(() => {
      if (error.value) fail(error.value);
      else if (user.value?.email) (user.value.email === EMAIL ? done : fail)(user.value);
      else if (!isLoading.value) loginWithRedirect();
    });
    return () => h('p', user.value?.email);
  },
};
// recipe
createApp(Profile).use(createAuth0({ domain: DOMAIN, clientId: CLIENT_ID, authorizationParams: { redirect_uri: `${window.location.origin}/callback` } })).mount('#app');
// end
