export { json, plain, sha256, storable } from '../../canonical.ts';
