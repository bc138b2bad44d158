import { parseCaseId } from '../../domain/case.ts';
import type { InformationRequest } from '../../domain/information.ts';
import type { Link } from '../../domain/link.ts';
import { escaped } from '../../domain/markup.ts';
import type { PackInfo } from '../submission.ts';
import { formStart, section, time, titleOf, type PageOptions } from './link-page.ts';

/** The page of a link to answer what a reviewer asks: about which case, what, until when, and the form. */
export function informPage(
  link: Link,
  { question, askedBy, answerBy }: InformationRequest,
  { packs, ...options }: PageOptions & { packs: readonly PackInfo[] },
): { title: string; body: string } {
  const name = parseCaseId(link.caseId);
  const body = [
    `<p class="dim">You are asked as <strong>${escaped(link.person)}</strong>, because you submitted this case or answer for its process. What you write here counts as your own answer, so do not pass this page on.</p>`,
    section(`${askedBy} asks`, `<p class="said">${escaped(question)}</p>`),
    section(
      'Until when',
      `<p>The answer is due by ${time(answerBy)}. This link works once, until ${time(link.expiresAt)}.</p>`,
    ),
    `${formStart(options)}<h2>Your answer</h2><label for="text">Answer (required)</label>`,
    '<textarea id="text" name="text" required maxlength="20000" rows="8"></textarea>',
    '<button>Send the answer</button></form>',
    `<p class="dim">It becomes part of the case and is read by the people who decide it. To send documents, answer in Countersign: <code>countersign answer ${escaped(name ? `${name.packId}/${name.caseKey}` : link.caseId)} --file FILE</code>.</p>`,
  ].join('\n');
  return { title: titleOf(link, packs), body };
}
