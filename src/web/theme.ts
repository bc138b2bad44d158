import { createTheme, Modal } from '@mantine/core';

/** Shades that hold a contrast of 4.5 to 1 in both schemes; everything else is the library's own. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  // A key that is pressed while a dialog fades away would be lost.
  components: { Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 0 } } }) },
  headings: { sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1rem' }, h3: { fontSize: '0.9rem' } } },
});
