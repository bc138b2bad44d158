/** What was entered and is no value of its field yet; nothing is sent while there is one. */
export class Unfit {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export function holdsUnfit(value: unknown): boolean {
  if (value instanceof Unfit) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsUnfit);
}
