/** How a printed value reads: in one way, or in two that the text alone cannot tell apart. */
export type Reading = { kind: 'one'; value: string } | { kind: 'either'; values: readonly [string, string] };

export function one(value: string): Reading {
  return { kind: 'one', value };
}

/** Two readings; one where they come to the same. */
export function either(first: string, second: string): Reading {
  return first === second ? one(first) : { kind: 'either', values: [first, second] };
}
