import fc from 'fast-check';
import { composeIBAN } from 'ibantools';
import { describe, expect, it, test } from 'vitest';
import { personalData, REDACTED_KINDS, type RedactedKind } from '../../src/packs/personal-data.ts';
import { redacted, restored } from '../../src/packs/redaction.ts';

const ALL = REDACTED_KINDS;
const IBAN = 'DE15995545622987102007';
const SPACED = 'DE15 9955 4562 2987 1020 07';
const values = (text: string, kinds: readonly RedactedKind[] = ALL) =>
  personalData(text, kinds).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

describe('is personal data:', () => {
  test.each<[text: string, found: string[]]>([
    [`IBAN:${IBAN}.`, [`iban ${IBAN}`]],
    [`pay to ${SPACED} BIC ABCDEFGH`, [`iban ${SPACED}`]],
    ['de15 9955 4562 2987 1020 07', ['iban de15 9955 4562 2987 1020 07']],
    ['DE15-9955-4562-2987-1020-07', ['iban DE15-9955-4562-2987-1020-07']],
    ['NO93 8601 1117 947', ['iban NO93 8601 1117 947']],
    ['DE15 9955 4562\n2987 1020 07', ['iban DE15 9955 4562\n2987 1020 07']],
    ['from Jörg.Müller+tag@bücher.example, please', ['email Jörg.Müller+tag@bücher.example']],
    ["<o'neil@mail.co.uk>", ["email o'neil@mail.co.uk"]],
    ['(mailto:a_b@x-y.example.)', ['email a_b@x-y.example']],
    ["'quoted@x.example'", ['email quoted@x.example']],
    ['card 4111 1111 1111 1111 exp 12/27', ['card 4111 1111 1111 1111']],
    ['5555555555554444, 3782-822463-10005', ['card 5555555555554444', 'card 3782-822463-10005']],
    ['30569309025904 3530111333300000', ['card 30569309025904', 'card 3530111333300000']],
    ['+49 (0)30 1234567', ['phone +49 (0)30 1234567']],
    ['+44 20 7946 0958 12.03.2018', ['phone +44 20 7946 0958']],
    ['+1 (555) 123-4567 or 0049 30 123456', ['phone +1 (555) 123-4567', 'phone 0049 30 123456']],
    ['Tel.: 030 123456, Fax 030/123457', ['phone 030 123456', 'phone 030/123457']],
    ['my mobile number is 07911 123456', ['phone 07911 123456']],
    ['call me on 555-123-4567', ['phone 555-123-4567']],
    ['reach me: 0171 2345678', ['phone 0171 2345678']],
    ['(030) 12 34 56-78', ['phone (030) 12 34 56-78']],
  ])('%j', (text, found) => expect(values(text)).toEqual(found));
});

describe('is none:', () => {
  test.each([
    ['an IBAN with a wrong check digit', 'DE16995545622987102007'],
    ['a VAT id', 'DE297781499, ATU12345675, NL386366457B01'],
    ['dates', '2018-04-13, 13.04.2018, 01-02-2024, 12/03/2018, call on 2018-03-04'],
    ['amounts', '+12.345.678,90 EUR, 1.234.567,89, margin call 100.000,00, - 10781.25'],
    ['invoice and order numbers', 'RE-2018-05469, Nr. 0171 2345678, order no. 030/1234567, Ref 00491234567890'],
    ['a number of another length or make', '1234567890123456, 4111111111111112, 4006381333931'],
    ['an account of a buyer reference', '04011000-12345-35, 90000000-03083-72, 0012 3456'],
    ['something at a time', 'lunch @ 12, @handle, 5 pieces @ 1.20 EUR'],
    ['an address that cannot be', 'nobody@host.invalid'],
  ])('%s', (_, text) => expect(values(text)).toEqual([]));

  it('what belongs to another kind: digits of an account are no card and no telephone', () => {
    expect(values(`Tel ${IBAN}`, ['phone', 'card'])).toEqual([]);
  });
});

const iban = fc
  .tuple(fc.constantFrom('DE', 'AT', 'CH'), fc.array(fc.nat(9), { minLength: 18, maxLength: 18 }), fc.nat(3))
  .map(([countryCode, digits, style]) => {
    const length = { DE: 18, AT: 16, CH: 17 }[countryCode] ?? 18;
    const whole = composeIBAN({ countryCode, bban: digits.slice(0, length).join('') }) ?? IBAN;
    if (style === 0) return whole;
    const separator = [' ', '\n', '-'][style - 1] ?? ' ';
    return style === 2 ? `${whole.slice(0, 9)}${separator}${whole.slice(9)}` : whole.match(/.{1,4}/g)?.join(separator);
  })
  .map((value) => value ?? IBAN);
const card = fc
  .tuple(fc.constantFrom('4', '51', '6'), fc.array(fc.nat(9), { minLength: 14, maxLength: 14 }), fc.boolean())
  .map(([brand, digits, isGrouped]) => {
    const start = `${brand}${digits.join('')}`.slice(0, 15);
    const whole = Array.from({ length: 10 }, (_, check) => `${start}${check}`).find((one) => values(one).length === 1);
    return (isGrouped ? whole?.match(/.{4}/g)?.join(' ') : whole) ?? '4111111111111111';
  });
const phone = fc
  .tuple(fc.constantFrom('+49 30 ', '+33 1 ', '+44(0)20/'), fc.integer({ min: 100_000, max: 9_999_999 }))
  .map(([start, rest]) => `${start}${rest}`);
const email = fc.emailAddress().filter((one) => values(one)[0] === `email ${one}`);
const noise = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(' ', '\n', '-', '.', '1', ' 0001', '@', '+', 'XX00', 'person-1', '+999', '<document>', 'Tel. '),
);
const document = fc.array(fc.oneof(noise, iban, card, phone, email), { maxLength: 12 }).map((parts) => parts.join(''));
const separated = fc
  .array(fc.oneof(iban, card, phone, email), { minLength: 1, maxLength: 8 })
  .map((parts) => ({ parts, text: parts.join(' | ') }));

describe('redaction', () => {
  it('is undone by its placeholders, whatever the text', () => {
    fc.assert(
      fc.property(document, fc.subarray([...ALL]), (text, kinds) => {
        const { text: without, placeholders } = redacted(text, kinds);
        expect(restored(without, placeholders)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves none of the values', () => {
    fc.assert(
      fc.property(separated, ({ parts, text }) => {
        const { text: without } = redacted(text, ALL);
        for (const value of parts) expect(without).not.toContain(value);
      }),
      { numRuns: 150 },
    );
  });

  it('undoes itself in an answer as JSON, at any depth', () => {
    fc.assert(
      fc.property(separated, ({ text }) => {
        const { text: without, placeholders } = redacted(text, ALL);
        const answer = JSON.parse(JSON.stringify({ a: [{ quote: without }, 1, null], b: true })) as unknown;
        expect(restored(answer, placeholders)).toEqual({ a: [{ quote: text }, 1, null], b: true });
      }),
      { numRuns: 50 },
    );
  });

  it('is the same each time, and gives equal values equal placeholders', () => {
    const text = 'a@x.example b@x.example a@x.example';
    const { text: without } = redacted(text, ALL);
    expect(redacted(text, ALL).text).toBe(without);
    const [first, second, third] = without.split(' ');
    expect(first).toBe(third);
    expect(first).not.toBe(second);
  });

  it('spells an account as it was spelt, and gives it back without spaces to who asks for it so', () => {
    const { text, placeholders } = redacted(`IBAN ${SPACED}\nagain ${IBAN}`, ['iban']);
    const [, spaced = '', compact = ''] = /^IBAN ([\dX ]{27})\nagain ([\dX]{22})$/.exec(text) ?? [];
    expect(spaced.replaceAll(' ', '')).toBe(compact);
    expect(restored([spaced, compact], placeholders)).toEqual([SPACED, IBAN]);
    const only = redacted(`IBAN ${SPACED}`, ['iban']);
    expect(restored(only.text.slice(5).replaceAll(' ', ''), only.placeholders)).toBe(IBAN);
  });

  it('gives an account or card back to a model that writes it in groups of its own', () => {
    const { text, placeholders } = redacted(`${IBAN} | 4111111111111111`, ALL);
    for (const between of [' ', '-', '\u00a0']) {
      const grouped = text.split(' | ').map((one) => (one.match(/.{1,4}/g) ?? []).join(between));
      expect(restored(grouped, placeholders)).toEqual([IBAN, '4111111111111111']);
    }
  });

  it('puts an account that goes on in the next line on one line', () => {
    const { text, placeholders } = redacted('DE15 9955 4562\n2987 1020 07', ['iban']);
    expect(text).not.toContain('\n');
    expect(restored(text.replaceAll(' ', ''), placeholders)).toBe(IBAN);
    expect(restored(text, placeholders)).toBe('DE15 9955 4562\n2987 1020 07');
    const both = `${SPACED}, DE15 9955 4562\n2987 1020 07`;
    const { text: without, placeholders: two } = redacted(both, ['iban']);
    expect(restored(without, two)).toBe(both);
  });

  it('is not misled by what follows a value and looks like the rest of a longer placeholder', () => {
    const addresses = Array.from({ length: 98 }, (_, at) => `p${at}@x.example`).join(' ');
    const text = `${SPACED} 00, ${addresses}, ES91 2100 0418 4502 0005 13 32`;
    const { text: without, placeholders } = redacted(text, ALL);
    expect(restored(without, placeholders)).toBe(text);
  });

  it('redacts the kinds that are named, and no others', () => {
    const { text } = redacted(`${IBAN} a@x.example`, ['email']);
    expect(text).toMatch(new RegExp(`^${IBAN} person-1@m\\d+\\.invalid$`));
  });

  it('has placeholders that patterns and formats of a schema take', () => {
    const { text } = redacted(`${IBAN} | a@x.example | +49 30 1234567 | 4111111111111111`, ALL);
    const [account, address, phoneNumber, cardNumber] = text.split(' | ');
    expect(account).toMatch(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/);
    expect(address).toMatch(/^[a-z0-9.-]+@[a-z0-9-]+(\.[a-z]+)+$/);
    expect(phoneNumber).toMatch(/^\+\d{7,15}$/);
    expect(cardNumber).toMatch(/^\d{16}$/);
  });

  it('cannot be forged: what a document holds already is never a placeholder in it', () => {
    let text = `pay ${IBAN}, write a@x.example`;
    // Each time the document also holds all that was a placeholder before.
    for (let round = 0; round < 5; round++) {
      const { placeholders } = redacted(text, ALL);
      for (const placeholder of Object.keys(placeholders)) expect(text).not.toContain(placeholder);
      text = `${text}\n${Object.keys(placeholders).join('\n')}`;
      const again = redacted(text, ALL);
      expect(restored(again.text, again.placeholders)).toBe(text);
      for (const placeholder of Object.keys(placeholders)) expect(again.placeholders).not.toHaveProperty([placeholder]);
    }
  });

  it('ends in a text that holds all short marks', () => {
    const digit = (at: string) => '1789'.charAt(Number(at));
    const marks = Array.from({ length: 4 ** 8 }, (_, at) => at.toString(4).padStart(8, '0').replaceAll(/\d/g, digit));
    const text = `${marks.join(' ')} ${IBAN}`;
    const { text: without, placeholders } = redacted(text, ALL);
    expect(without).not.toContain(IBAN);
    const [mark = ''] = Object.keys(placeholders).map((one) => one.slice(4).replace(/^0+1/, ''));
    expect(mark.length).toBeGreaterThan(8);
    expect(text).not.toContain(mark);
    expect(restored(without, placeholders)).toBe(text);
  });

  it('takes no longer for text that is all signs of an address, a number or a label', () => {
    const long = [
      'a'.repeat(200_000),
      '@'.repeat(50_000),
      '+1 '.repeat(60_000),
      `Tel${' '.repeat(200_000)}`,
      'DE1 '.repeat(50_000),
    ];
    for (const text of long) expect(redacted(text, ALL).placeholders).toEqual({});
  });
});
