/**
 * A stand-in for a model provider, for development and tests only; never for production.
 *
 * It speaks the part of OpenAI's HTTP API that structured answers need, without a key and without a network. It knows
 * nothing of the application around it and imports nothing of it: an answer is made from the request alone, lexically
 * (see lexical/), so it is wrong at a natural rate and its log-probabilities follow its real margins. Every answer says
 * what it is in the header `x-stand-in: true`, and its models are named with the snapshot 2026-11-01.
 *
 *   POST /v1/responses, /v1/chat/completions     answers; the prompt convention is described in lexical/prompt.ts
 *   GET  /v1/models, /v1/models/<id>             any model name is accepted
 *   GET, PUT, DELETE /admin/behaviour            how it misbehaves: see behaviour.ts. A request can carry its own, as JSON
 *                                                in the header `x-stand-in-behaviour`, in place of the general one
 *                                                (all but `limit`, the provider's limit over all calls)
 *   GET, DELETE /admin/calls[?limit=n]           what was asked and what it did; calls above the limit are counted as
 *                                                `over-limit`
 *
 * With `strict: true` it refuses the schemas that OpenAI refuses. It does not stream and does not check the API key.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour } from './behaviour.ts';
import { readBehaviour } from './behaviour.ts';
import { CallLog } from './calls.ts';
import { ApiError } from './errors.ts';
import { FaultPlan } from './fault-plan.ts';
import { readJson, send } from './http.ts';
import { answerCall } from './answer-call.ts';
import { newId } from './replies.ts';

interface StandInModelOptions {
  /** 0, the default, takes a free port. */
  port?: number;
  /** `127.0.0.1` unless set. */
  host?: string;
  /** How it misbehaves from the start; it does its best unless set. */
  behaviour?: Behaviour;
}

export interface StandInModel {
  /** Base URL for an OpenAI client: `http://127.0.0.1:<port>/v1`. */
  url: string;
  port: number;
  /** Stops it and drops open connections, hanging ones too. */
  close(): Promise<void>;
}

/** Starts the stand-in and resolves when it listens. Rejects when the port is taken or the behaviour is invalid. */
export async function startStandInModel(options: StandInModelOptions = {}): Promise<StandInModel> {
  const { port = 0, host = '127.0.0.1', behaviour = {} } = options;
  const state = { plan: new FaultPlan(accepted(behaviour)), calls: new CallLog() };
  const server = createServer((request, response) => {
    response.setHeader('x-stand-in', 'true');
    response.setHeader('x-request-id', newId('req_'));
    route(request, response, state).catch((error: unknown) => fail(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/v1`,
    port: address.port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State {
  plan: FaultPlan;
  calls: CallLog;
}

const MODELS = ['stand-in-large', 'stand-in-small'];

async function route(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const path = url.pathname;
  const what = `${request.method ?? 'GET'} ${path}`;
  if (what === 'POST /v1/responses' || what === 'POST /v1/chat/completions')
    return answerCall(request, response, path, state);
  if (what === 'GET /v1/models') return send(response, 200, { object: 'list', data: MODELS.map(modelOf) });
  if (what.startsWith('GET /v1/models/')) return send(response, 200, modelOf(decodeURIComponent(path.slice(11))));
  if (what === 'GET /admin/calls') {
    const limit = url.searchParams.get('limit');
    return send(response, 200, state.calls.read(limit === null ? undefined : Number(limit)));
  }
  if (what === 'DELETE /admin/calls') state.calls.clear();
  else if (what === 'PUT /admin/behaviour') state.plan.set(accepted(await readJson(request)));
  else if (what === 'DELETE /admin/behaviour') state.plan.set({});
  else if (what !== 'GET /admin/behaviour') throw new ApiError(404, `Invalid URL (${what})`);
  send(response, 200, path === '/admin/calls' ? state.calls.read() : state.plan.behaviour);
}

function accepted(value: unknown): Behaviour {
  const read = readBehaviour(value);
  if (!read.ok) throw new ApiError(400, read.message, { param: read.field });
  return read.behaviour;
}

function modelOf(id: string) {
  return { id, object: 'model', created: 1_793_491_200, owned_by: 'stand-in' };
}

function fail(response: ServerResponse, error: unknown): void {
  const known = error instanceof ApiError ? error : new ApiError(500, `The stand-in itself failed: ${String(error)}`);
  if (!response.headersSent) send(response, known.status, known.toBody());
  else response.destroy();
}
