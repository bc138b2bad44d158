/** A port of which a test gives what it needs; whatever else is called says so. */
export function orThrow<T extends object>(port: string, given: Partial<T>): T {
  return new Proxy(given, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name) as unknown;
      throw new Error(`the test gave no ${port}.${String(name)}`);
    },
  }) as T;
}
