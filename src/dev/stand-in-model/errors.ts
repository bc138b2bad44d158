const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** An error as OpenAI's API sends it. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  /** Google's: when to come again. */
  readonly retryDelay: string | undefined;

  constructor(status: number, message: string, details: { code?: string; param?: string; retryDelay?: string } = {}) {
    super(message);
    this.retryDelay = details.retryDelay;
    this.name = 'ApiError';
    this.status = status;
    this.code = details.code ?? null;
    this.param = details.param ?? null;
    this.type = typeOf(status, this.code);
  }

  /** The body of the answer. */
  toBody(): {
    error: { message: string; type: string; code: string | null; param: string | null; details?: object[] };
  } {
    const { message, type, code, param, retryDelay } = this;
    const details = retryDelay === undefined ? undefined : [{ '@type': RETRY_INFO, retryDelay }];
    return { error: { message, type, code, param, ...(details && { details }) } };
  }
}

const MESSAGES: Record<number, [code: string | undefined, message: string]> = {
  401: ['invalid_api_key', 'Incorrect API key provided (simulated by the stand-in).'],
  403: [
    'unsupported_country_region_territory',
    'Country, region, or territory not supported (simulated by the stand-in).',
  ],
  404: ['model_not_found', 'The model does not exist or you do not have access to it (simulated by the stand-in).'],
  429: ['rate_limit_exceeded', 'Rate limit reached (simulated by the stand-in).'],
  503: [undefined, 'The engine is currently overloaded, please try again later (simulated by the stand-in).'],
  529: [undefined, 'Overloaded (simulated by the stand-in).'],
};

/** The error of a fault with this status; `code` replaces the usual one, `retryDelay` goes into its body. */
export function simulatedError(status: number, code: string | undefined, retryDelay?: string): ApiError {
  const delay = retryDelay === undefined ? {} : { retryDelay };
  if (code === 'insufficient_quota') {
    const message =
      'You exceeded your current quota, please check your plan and billing details (simulated by the stand-in).';
    return new ApiError(status, message, { code, ...delay });
  }
  const [usual, message] = MESSAGES[status] ?? [undefined, `Simulated by the stand-in: HTTP ${status}.`];
  const chosen = code ?? usual;
  return new ApiError(status, message, { ...(chosen === undefined ? {} : { code: chosen }), ...delay });
}

function typeOf(status: number, code: string | null): string {
  if (code === 'insufficient_quota') return 'insufficient_quota';
  if (status === 429) return 'requests';
  if (status === 529) return 'overloaded_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
