// The first operator of a new deployment, with a key. Everybody else is added with `countersign people`.
// Usage: DATABASE_URL=postgres://... node src/worker/first-operator.ts <id> <name>
import { openLedger } from '../adapters/ledger/ledger.ts';
import { migrate } from '../adapters/ledger/migrate.ts';

const [personId, name] = process.argv.slice(2);
const url = process.env['DATABASE_URL'];
if (personId === undefined || name === undefined || !url)
  throw new Error('give an id and a name, and DATABASE_URL: node src/worker/first-operator.ts ada.berg "Ada Berg"');
await migrate(url);
const ledger = openLedger({ url, poolSize: 1 });
const { people, credentials } = ledger;
try {
  const operator = (await people.people()).find(({ roles, disabled }) => roles.includes('operator') && !disabled);
  if (operator) throw new Error(`${operator.personId} is an operator already and can add more: countersign people put`);
  await people.putPerson({ personId, name, roles: ['operator'], groups: [] }, 'first-operator');
  const { secret } = await credentials.makeKey(
    personId,
    { label: 'first operator', expiresAt: null },
    'first-operator',
  );
  process.stderr.write(`${personId} is an operator. This key is shown once; use it as COUNTERSIGN_API_KEY:\n`);
  process.stdout.write(`${secret}\n`);
} finally {
  await ledger.close();
}
