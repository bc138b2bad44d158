import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = 'http://127.0.0.1:7300';

/** Builds the web app into dist/web; `npx vite src/web` serves it while it is worked on, over a running API. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // Replaced in each answer of the API, which names it in the Content-Security-Policy.
  html: { cspNonce: 'COUNTERSIGN-NONCE' },
  build: { outDir: '../../dist/web', emptyOutDir: true, chunkSizeWarningLimit: 1_500 },
  server: { proxy: { '/v1': api, '/openapi.json': api } },
});
