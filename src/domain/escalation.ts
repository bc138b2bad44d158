/** Who is asked after `group`, where nothing else is stated: the groups that come after it. A person who is no group has none. */
export function groupsAfter(group: string, groups: readonly string[]): readonly string[] {
  const at = groups.indexOf(group);
  return at < 0 ? [] : groups.slice(at + 1);
}

/** Who is asked after `to`, to whom a question is reassigned: those after it where it is a group, else those who were to come. */
export function restAfter(to: string, groups: readonly string[], rest: readonly string[]): readonly string[] {
  return groups.includes(to) ? groupsAfter(to, groups) : rest;
}
