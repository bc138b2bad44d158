import '@mantine/core/styles.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isPassing } from './api.ts';
import { App } from './app.tsx';
import { theme } from './theme.ts';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What is wrong stays wrong; what is only away comes back, and the live connection reads everything anew then.
      retry: (failures, error) => isPassing(error) && failures < 3,
      // A browser that says it is offline may still reach a server on its own machine.
      networkMode: 'always',
      refetchOnWindowFocus: false,
    },
  },
});

// Without it the browser takes no style sheet that is made here. Mantine asks a function for it, what locks scrolling
// behind its dialogs a global name.
const { nonce = '' } = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]') ?? {};
Object.assign(globalThis, { __webpack_nonce__: nonce });

const root = document.querySelector('#root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
