// The dashboard is files under /dashboard/ of the authority, which puts them into itself.
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  root: here('.'),
  base: '/dashboard/',
  resolve: { alias: { 'ostia-js': here('../build/npm/dist/auth0.esm.js') } },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: here('../build/dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600, // the editor, which comes when a page has one
  },
};
