import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchOptions } from '../../src/dev/chromium.ts';
import { run } from '../../src/dev/run.ts';
import { startStack, type Stack } from '../../src/dev/stack.ts';
import { findTemporal } from '../../src/dev/temporal-binary.ts';
import { Pages } from './pages.ts';
import { bringAbout, PEOPLE, REASONS, type Paths } from './paths.ts';

const quiet = { log: () => undefined };
const found = await findChromium(quiet);

// Whoever is on call has the Temporal Web UI and the Temporal CLI, and nothing else.
describe.skipIf(found.path === undefined)('the Temporal UI tells the case', () => {
  let state: string;
  let stack: Stack;
  let browser: BrowserContext;
  let cleanUp: () => Promise<void>;
  let pages: Pages;
  let paths: Paths;

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'countersign-ui-'));
    stack = await startStack({ stateDir: state, ...quiet });
    paths = await bringAbout(stack);
    const launch = await launchOptions(found.path ?? '');
    cleanUp = launch.cleanUp;
    browser = await chromium.launchPersistentContext(launch.userDataDir, launch.options);
    const shots = await mkdtemp(join(tmpdir(), 'countersign-ui-shots-'));
    console.log(`screenshots: ${shots}`);
    pages = await Pages.open(browser, stack.temporalUiUrl, shots);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await cleanUp?.();
    await stack?.stop();
    await rm(state, { recursive: true, force: true });
  }, 60_000);

  it('a model that is busy: the attempt, what it said, and that it is tried again', async () => {
    const { modelRetrying } = paths;
    await pages.told(modelRetrying, 'Asking the model stand-in-large (1 of 2)');
    await pages.tab(modelRetrying, 'pending-activities', 'callModel', '429 rate_limit_exceeded', 'ProviderBusy');
  });

  it('the list names every case by its key', async () => {
    await pages.list(...Object.values(paths), 'Canceled', 'Completed', 'Running');
  });

  it('straight through: each step, who decided, and the reference in the business system', async () => {
    const { straightThrough } = paths;
    await pages.told(
      straightThrough,
      'ticket-triage msg-001',
      `Owner: daniel.okafor. Documents: 1. Submitted by: ${PEOPLE.submitter}.`,
      'Written Decided by policy (ticket-triage 1.0.0), straight through.',
      'priority normal: tickets-',
    );
    await pages.tab(
      straightThrough,
      'history',
      '"outcome": "written"',
      '"decidedBy": "policy (ticket-triage 1.0.0)"',
      '"reference": "tickets-',
      'Read and clean one document, pin the plan',
      'Ask stand-in-large (1 of 2)',
      'Check schema, rules and confidence',
      'Write: Route the ticket to ',
    );
  });

  it('amended by signal: who did, and what was written', async () => {
    await pages.told(paths.amended, `Decided by ${PEOPLE.amender}, after review.`, 'tickets-');
    await pages.tab(
      paths.amended,
      'history',
      `"decidedBy": "${PEOPLE.amender}"`,
      'Workflow Execution Signaled Signal Name verdict',
      'Judge the verdict: amend',
      'Escalate to service-leads unless answered',
    );
  });

  it('rejected by update: who did, and why', async () => {
    await pages.told(paths.rejected, `Rejected by ${PEOPLE.rejecter}`, `Reason: ${REASONS.rejected}.`);
    await pages.tab(
      paths.rejected,
      'history',
      `"decidedBy": "${PEOPLE.rejecter}", "reason": "${REASONS.rejected}"`,
      'Judge the verdict: reject',
      'submitVerdict',
    );
  });

  it('withdrawn by a named person, or cancelled in Temporal by who knows whom', async () => {
    await pages.told(paths.withdrawn, `Cancelled by ${PEOPLE.withdrawer}`, `Reason: ${REASONS.withdrawn}.`);
    await pages.tab(paths.withdrawn, 'history', `"decidedBy": "${PEOPLE.withdrawer}"`, 'Signal Name withdraw');
    await pages.told(paths.cancelled, 'Cancelled by operator (unauthenticated)', 'Reason: cancelled in Temporal.');
    await pages.tab(paths.cancelled, 'history', 'Workflow Execution Cancel Requested', 'Record the cancellation');
  });

  it('a refused verdict: whose it was, and why it changed nothing', async () => {
    await pages.told(
      paths.refusedVerdict,
      'Waiting for service-desk',
      `The last verdict was refused. approve by ${PEOPLE.late}: seen:`,
      'is not what is asked now',
    );
  });

  it('compensated and asked again: what was refused, what was undone, what approving does', async () => {
    const { compensated } = paths;
    await pages.told(
      compensated,
      'Waiting for accounts-payable',
      'A person must decide this case.',
      REASONS.supplierBlocked.message,
      'On approve Post 182.20 EUR to accounts payable Propose payment of 182.20 EUR',
    );
    await pages.tab(
      compensated,
      'history',
      'Write: Post 182.20 EUR to accounts payable',
      'Write: Propose payment of 182.20 EUR',
      'Undo: Post 182.20 EUR to accounts payable',
    );
  });

  it('an undo that was refused: why, and which verdicts help', async () => {
    const { command } = await pages.told(
      paths.undoRefused,
      'A person must help: an effect could not be undone.',
      REASONS.periodClosed.message,
      'Try again to undo: Post 4743.75 EUR to accounts payable',
      'Undone by hand: "verdict":"confirm"',
    );
    expect(command).toContain('"verdict": "approve"');
  });

  it('a business system that is down: which write waits, since when, and its last failure', async () => {
    await pages.told(paths.sinkDown, 'Writing downstream: Post 45.22 EUR to accounts payable', 'Decided by');
    await pages.tab(paths.sinkDown, 'history', 'Write: Post 45.22 EUR to accounts payable', '/ ∞');
    await pages.tab(
      paths.sinkDown,
      'pending-activities',
      'of Unlimited',
      'accounts-payable/postings',
      'SinkUnavailable',
    );
  });

  it('waiting for a person: who, why, until when, what then, and a command that answers when pasted', async () => {
    const { text, command } = await pages.told(
      paths.waiting,
      'Waiting for service-desk',
      'A person must decide this case.',
      'Why within-scope: the message is outside everything known',
      'On approve Route the ticket to general, priority normal',
      'escalates to service-leads.',
      'Answer from a terminal, with your name in place of YOUR NAME:',
      `countersign show '${paths.waiting}'`,
    );
    expect(text).toMatch(/If nobody answers by \d{4}-\d\d-\d\d \d\d:\d\d UTC: escalates/);
    expect(await pages.lastLineIsInView()).toBe(true);
    const sent = await shell(command.replace('YOUR NAME', PEOPLE.approver));
    expect(sent).toContain('Signal workflow succeeded');
    await pages.told(paths.waiting, `Decided by ${PEOPLE.approver}, after review.`, 'tickets-');
  });

  it('a case starts with the Temporal CLI alone, and answers a query', async () => {
    await fetch(`${stack.modelUrl}/admin/behaviour`, { method: 'DELETE' });
    const documents = [{ name: 'message.txt', text: 'I lost my card' }];
    const input = JSON.stringify({ packId: 'ticket-triage', caseKey: 'CLI-1', documents });
    const id = 'case/ticket-triage/CLI-1';
    const about = `--type decideCase --task-queue countersign --workflow-id '${id}'`;
    expect(await shell(`temporal workflow start ${about} --input '${input}'`)).toContain(id);
    const view = await shell(`temporal workflow query --type getCase --workflow-id '${id}' --output json`);
    expect(view).toMatch(/"caseId":\s*"case\/ticket-triage\/CLI-1"/);
    await pages.tab(id, 'history', 'Read and clean one document, pin the plan', 'Check schema, rules and confidence');
  });

  /** As a person's terminal: `temporal` on the PATH, and the server's address in the environment. */
  async function shell(command: string): Promise<string> {
    const bin = join(state, 'bin');
    await mkdir(bin, { recursive: true });
    await symlink((await findTemporal(quiet)).path, join(bin, 'temporal')).catch(() => undefined);
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, TEMPORAL_ADDRESS: stack.temporalAddress };
    const { code, output } = await run('/bin/sh', ['-c', command], { env, timeoutMs: 30_000 });
    expect(code, output).toBe(0);
    return output;
  }
});
