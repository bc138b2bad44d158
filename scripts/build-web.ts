import { buildWeb } from '../src/dev/web-build.ts';

/** `npm run build:web`: builds the web app where it is missing or older than its sources. */
await buildWeb((line) => console.log(line));
