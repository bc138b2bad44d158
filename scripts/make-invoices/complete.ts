import { isoToGerman } from './format.ts';
import { digits, pick } from './seed.ts';
import { buyer, type Supplier } from './suppliers.ts';
import { all, eachText, nameOf, remove, setAll, setText, text, textAt, type Element } from './tree.ts';

type Filling = { seed: string; supplier: Supplier; invoiceNumber: string; orderReference: string };

const TRAINERS = ['Albrecht', 'Demir', 'Okafor', 'Winkler'];
const COURSES = ['Projektleitung', 'Vergaberecht', 'Arbeitssicherheit', 'Netzleittechnik'];

/** Elements that name a third party or carry a file: they would need invented companies of their own, or megabytes. */
function dropExtras(root: Element): void {
  remove(root, (child) => nameOf(child) === 'PayeeParty' || nameOf(child) === 'TaxRepresentativeParty');
  remove(
    root,
    (child) =>
      nameOf(child) === 'AdditionalDocumentReference' &&
      all(child, 'Attachment/EmbeddedDocumentBinaryObject').length > 0,
  );
}

function fillSupplier(party: Element, { seed, supplier }: Filling): void {
  const mail = `${supplier.writes === 'de' ? 'rechnung' : 'accounts'}@${supplier.domain}`;
  setAll(party, 'EndpointID', mail);
  setAll(party, 'PartyIdentification/ID', digits(`${seed}|seller id`, 9));
  setAll(party, 'PartyName/Name', supplier.name);
  fillAddress(party, supplier);
  for (const scheme of all(party, 'PartyTaxScheme')) {
    const isVat = textAt(scheme, 'TaxScheme/ID') === 'VAT';
    setAll(scheme, 'CompanyID', isVat ? supplier.vatId : taxNumber(supplier));
  }
  setAll(party, 'PartyLegalEntity/RegistrationName', supplier.name);
  setAll(party, 'PartyLegalEntity/CompanyID', supplier.register.replace(/^.*?(?=HR|FN|KvK|RCS|\d)/, ''));
  setAll(party, 'PartyLegalEntity/CompanyLegalForm', `${supplier.register}, ${supplier.contact}`);
  setAll(party, 'Contact/Name', supplier.contact);
  setAll(party, 'Contact/Telephone', supplier.phone);
  setAll(party, 'Contact/ElectronicMail', mail);
}

function taxNumber({ id }: Supplier): string {
  return `${digits(`${id}|tax a`, 3)}/${digits(`${id}|tax b`, 4)}/${digits(`${id}|tax c`, 4)}`;
}

function fillAddress(party: Element, place: { street: string; postcode: string; city: string; country: string }): void {
  for (const address of all(party, 'PostalAddress')) {
    const superfluous = ['AdditionalStreetName', 'CountrySubentity', 'AddressLine'];
    remove(address, (child) => superfluous.includes(nameOf(child)));
    setAll(address, 'StreetName', place.street);
    setAll(address, 'CityName', place.city);
    setAll(address, 'PostalZone', place.postcode);
    setAll(address, 'Country/IdentificationCode', place.country);
  }
}

function fillBuyer(party: Element, { supplier }: Filling): void {
  setAll(party, 'EndpointID', buyer.mail);
  setAll(party, 'PartyIdentification/ID', `K${digits(`${supplier.id}|customer`, 5)}`);
  setAll(party, 'PartyName/Name', buyer.name);
  fillAddress(party, buyer);
  for (const scheme of all(party, 'PartyTaxScheme')) {
    const isVat = textAt(scheme, 'TaxScheme/ID') === 'VAT';
    setAll(scheme, 'CompanyID', isVat ? buyer.vatId : '026 245 70011');
  }
  setAll(party, 'PartyLegalEntity/RegistrationName', buyer.name);
  setAll(party, 'Contact/Name', buyer.contact);
  setAll(party, 'Contact/Telephone', buyer.phone);
  setAll(party, 'Contact/ElectronicMail', buyer.mail);
}

function fillPayment(root: Element, { seed, supplier, invoiceNumber }: Filling): void {
  all(root, 'PaymentMeans/PayeeFinancialAccount').forEach((account, index) => {
    setAll(account, 'ID', supplier.ibans[index] ?? supplier.ibans[0]);
    setAll(account, 'Name', supplier.name);
  });
  for (const means of all(root, 'PaymentMeans/PaymentMeansCode')) delete means[':@'];
  setAll(root, 'PaymentMeans/PaymentID', invoiceNumber);
  setAll(root, 'PaymentMeans/PaymentMandate/ID', `M-${digits(`${seed}|mandate`, 6)}`);
  setAll(root, 'PaymentMeans/PaymentMandate/PayerFinancialAccount/ID', buyer.iban);
  setAll(root, 'PaymentMeans/CardAccount/HolderName', buyer.contact);
  for (const account of all(root, 'PaymentMeans/PayeeFinancialAccount')) {
    remove(account, (child) => nameOf(child) === 'FinancialInstitutionBranch');
  }
}

/** What stands in square brackets or as an ellipsis in the test suite's texts, in the order it is looked for. */
function phrases(root: Element, { seed, supplier, invoiceNumber }: Filling): [RegExp, string][] {
  const gross = textAt(root, 'LegalMonetaryTotal/TaxInclusiveAmount') ?? '0';
  const iban = textAt(root, 'PaymentMeans/PayeeFinancialAccount/ID') ?? '';
  const money = Number(gross).toLocaleString('de-DE', { minimumFractionDigits: 2 });
  const place = `${supplier.street}, ${supplier.postcode} ${supplier.city}`;
  return [
    [/Invoice Note Description( 2)?|\[Invoice note\]/, 'Leistungen gemäß Rahmenvertrag.'],
    [/^Beschreibung 1: /, ''],
    [/Höhe von EUR \[…\]/, `Höhe von EUR ${money}`],
    [/innerhalb von \[…\] Tagen/, 'innerhalb von 30 Tagen'],
    [/Konto (IBAN|Nr\.) \[…\]/, `Konto IBAN ${iban}`],
    [/ bei \[…\] BIC \[…\]/, ` bei ${supplier.bank}`],
    [/, BIC \[…\]/, ` bei ${supplier.bank}`],
    [/Email: \[…\]/, `E-Mail: kundendienst@${supplier.domain}`],
    [/Tel\.: \[…\] oder Fax: \[…\]/, `Tel.: ${supplier.phone}`],
    [/Rufnummer \[\.\.\.\]/, `Rufnummer ${supplier.phone}`],
    [/AGB \[…\]/, 'AGB (Stand Januar 2015)'],
    [/unter \[…\]/, `unter www.${supplier.domain}/agb`],
    [/https:\/\/www…\.\//, `https://www.${supplier.domain}/`],
    [/an: \[…\]/, `an: ${place}`],
    [/angeben: \[…\]/, `angeben: ${invoiceNumber}`],
    [/Herr \[…\]/, `Herr ${pick(`${seed}|trainer`, TRAINERS)}`],
    [/Seminar: \[…\]/, `Seminar: ${pick(`${seed}|course`, COURSES)}`],
    [/Anmeldung von \[…\]/, 'Anmeldung von Frau Seidel'],
    [/Abonnement-Nummer \[…\]/, `Abonnement-Nummer ${digits(`${seed}|subscription`, 7)}`],
    [/Zeitschrift \[\.\.\.\]/, 'Zeitschrift Kommunalwirtschaft'],
    [/\[VAT exemption reason text\]/, 'Steuerfrei nach § 4 UStG'],
    [/\[(Deliver to (street|address line 1)|Street)\]/, buyer.street],
    [/\[(Deliver to city|City)\]/, buyer.city],
    [/\[(Deliver to party name|ShipToTradeParty)\]/, buyer.name],
    [/\[Description( 2)?\]/, 'Ausführung'],
    [/\[Value( 2)?\]/, 'Standard'],
    [/\[[^\]]* Value\]/, digits(`${seed}|value`, 3)],
    [/\s*\.{4}$|\s*…\.?$/, ''],
    [/\[([^\]…]+)\]/, '$1'],
    [/\s*\[…\]/, ''],
  ];
}

/** The test suite has terms that name another due date than the due date element; the document must not say both. */
export function alignTerms(root: Element): void {
  const due = textAt(root, 'DueDate');
  if (due === null) return;
  for (const note of all(root, 'PaymentTerms/Note')) {
    const terms = (text(note) ?? '').replace(/\bbis zum$/, `bis zum ${isoToGerman(due)}.`);
    setText(note, terms.replace(/(bis zum|fällig zum) \d\d\.\d\d\.\d{4}/gi, `$1 ${isoToGerman(due)}`));
  }
}

/** Fills what the test suite leaves open, in place. Amounts, dates, currency, tax breakdown and lines stay. */
export function complete(root: Element, filling: Filling): void {
  const formerNumber = textAt(root, 'ID') ?? '';
  dropExtras(root);
  for (const party of all(root, 'AccountingSupplierParty/Party')) fillSupplier(party, filling);
  for (const party of all(root, 'AccountingCustomerParty/Party')) fillBuyer(party, filling);
  fillPayment(root, filling);
  setAll(root, 'ID', filling.invoiceNumber);
  setAll(root, 'OrderReference/ID', filling.orderReference);
  const open = phrases(root, filling);
  eachText(root, (element, value) => {
    let filled = value;
    if (formerNumber.length > 4 && nameOf(element) === 'Note') {
      filled = filled.replaceAll(formerNumber, filling.invoiceNumber);
    }
    for (const [phrase, replacement] of open)
      filled = filled.replace(new RegExp(phrase, `${phrase.flags}g`), replacement);
    if (filled !== value) setText(element, filled);
  });
  alignTerms(root);
}
