export type Supplier = {
  id: string;
  name: string;
  street: string;
  postcode: string;
  city: string;
  country: 'DE' | 'AT' | 'NL' | 'FR' | 'IE' | 'GB';
  vatId: string;
  /** The first is the one in the register; the others appear on invoices that name several bank accounts. */
  ibans: readonly [string, string, string];
  bank: string;
  domain: string;
  phone: string;
  contact: string;
  register: string;
  /** `{yyyy}`, `{yy}`, `{mm}` come from the issue date, `{n4}` to `{n6}` are a serial number of that many digits. */
  numberStyle: string;
  writes: 'de' | 'en';
  blocked: boolean;
};

type Row = [
  id: string,
  name: string,
  address: `${string}|${string}|${string}|${Supplier['country']}`,
  vatId: string,
  ibans: string,
  bank: string,
  domain: string,
  phone: string,
  contact: string,
  register: string,
  numberStyle: string,
  writes: Supplier['writes'],
];

// Invented companies. Check digits of VAT ids and IBANs are right; bank codes are made up.
// prettier-ignore
const ROWS: Row[] = [
  ['hansen', 'Hansen Bürobedarf GmbH', 'Speicherweg 14|20457|Hamburg|DE', 'DE297781499', 'DE15995545622987102007 DE90985390921509497366 DE27998102597301778528', 'Hafenbank Hamburg', 'hansen-buero.example', '+49 40 5550 1420', 'Maren Hansen', 'Amtsgericht Hamburg HRB 118342', 'RE-{yyyy}-{n5}', 'de'],
  ['brenner', 'Brenner & Sohn Gebäudetechnik KG', 'Industriestraße 7|70565|Stuttgart|DE', 'DE995496050', 'DE19936702708972044072 DE74984529732663186497 DE25966197585718106840', 'Neckarbank Stuttgart', 'brenner-technik.example', '+49 711 555 0370', 'Uwe Brenner', 'Amtsgericht Stuttgart HRA 72951', 'R{n6}', 'de'],
  ['lindner', 'Lindner IT-Systemhaus GmbH', 'Am Technologiepark 3|01099|Dresden|DE', 'DE902824350', 'DE72929443887266504501 DE96916392624564550004 DE84932143349289543417', 'Elbtalbank Dresden', 'lindner-it.example', '+49 351 5550 880', 'Katrin Lindner', 'Amtsgericht Dresden HRB 30177', '{yyyy}/{n4}', 'de'],
  ['auenwald', 'Auenwald Verlag GmbH & Co. KG', 'Buchmarkt 22|04103|Leipzig|DE', 'DE353755049', 'DE89958147885544373579 DE44990065776874210437 DE96912735600441046836', 'Pleißebank Leipzig', 'auenwald-verlag.example', '+49 341 5550 219', 'Friederike Voss', 'Amtsgericht Leipzig HRA 16620', 'AV{yy}{n6}', 'de'],
  ['weserdruck', 'Weserdruck GmbH', 'Papierhof 1|28195|Bremen|DE', 'DE729723766', 'DE53943979347075297036 DE03987332887889654337 DE38982149798011407738', 'Weserbank Bremen', 'weserdruck.example', '+49 421 5550 61', 'Jens Petermann', 'Amtsgericht Bremen HRB 24409', 'WD-{yy}-{n4}', 'de'],
  ['kraftwerkstatt', 'Kraftwerkstatt Seminare UG (haftungsbeschränkt)', 'Lindenhof 9|50667|Köln|DE', 'DE438548047', 'DE33981207517516263055 DE71900923957995445599 DE36902214620779995810', 'Rheinbank Köln', 'kraftwerkstatt.example', '+49 221 5550 733', 'Selin Aydin', 'Amtsgericht Köln HRB 94116', 'KS{n5}', 'de'],
  ['nordlicht', 'Nordlicht Büromöbel GmbH', 'Fördeallee 31|24103|Kiel|DE', 'DE218355760', 'DE86956024279377612178 DE77933107238449531657 DE33900655716018725504', 'Fördebank Kiel', 'nordlicht-moebel.example', '+49 431 5550 12', 'Ole Thomsen', 'Amtsgericht Kiel HRB 8874', '{yy}{mm}-{n4}', 'de'],
  ['rheintal', 'Rheintal Entsorgung GmbH', 'Kiesgrube 5|67059|Ludwigshafen|DE', 'DE578569363', 'DE67975984375639153784 DE16941003675805968346 DE86956156834593367670', 'Pfalzbank Ludwigshafen', 'rheintal-entsorgung.example', '+49 621 5550 448', 'Dieter Kranz', 'Amtsgericht Ludwigshafen HRB 61233', 'E-{n6}/{yy}', 'de'],
  ['siebert', 'Siebert Restaurierungen e. K.', 'Klostergasse 18|96047|Bamberg|DE', 'DE773079771', 'DE64961729441819078343 DE53988237117166730615 DE79980968260584302904', 'Regnitzbank Bamberg', 'siebert-restaurierung.example', '+49 951 5550 27', 'Anna Siebert', 'Amtsgericht Bamberg HRA 11805', 'SR {n4}-{yyyy}', 'de'],
  ['alpenblick', 'Alpenblick Consulting GmbH', 'Innrain 44|6020|Innsbruck|AT', 'ATU85075926', 'AT518666150377561664 AT247546223335701677 AT944099319498792546', 'Tirolbank Innsbruck', 'alpenblick-consulting.example', '+43 512 5550 90', 'Mag. Eva Haslinger', 'Landesgericht Innsbruck FN 318204k', 'AR{yyyy}{n4}', 'de'],
  ['donautech', 'Donautech Anlagenbau GesmbH', 'Hafenstraße 61|4020|Linz|AT', 'ATU27949030', 'AT288738815606546951 AT177300693693771974 AT021233006662992895', 'Donaubank Linz', 'donautech.example', '+43 732 5550 315', 'Ing. Josef Gruber', 'Landesgericht Linz FN 207715m', 'F-{yy}/{n5}', 'de'],
  ['elbkontor', 'Elbkontor Trading GmbH', 'Am Sandtorkai 80|20457|Hamburg|DE', 'DE666722087', 'DE59924961637604807458 DE71967658376006772048 DE76971514295280763567', 'Hafenbank Hamburg', 'elbkontor-trading.example', '+49 40 5550 7781', 'Nadia Rahimi', 'Amtsgericht Hamburg HRB 140557', 'ELB-{n6}', 'en'],
  ['grachten', 'Grachten Software B.V.', 'Keizersgracht 512|1017 EJ|Amsterdam|NL', 'NL386366457B01', 'NL51ABNA4122443673 NL33INGB4665314142 NL14RABO7619977975', 'ABN AMRO', 'grachten-software.example', '+31 20 555 0143', 'Femke de Wit', 'KvK 61840277', '{yyyy}{n5}', 'en'],
  ['vandermeer', 'Van der Meer Logistiek B.V.', 'Waalhaven Zuid 19|3089 JH|Rotterdam|NL', 'NL434369688B01', 'NL13ABNA4645802328 NL10INGB5011397752 NL35RABO3710495514', 'ABN AMRO', 'vandermeer-logistiek.example', '+31 10 555 0672', 'Pieter van der Meer', 'KvK 24077316', 'VF{yy}-{n5}', 'en'],
  ['lumiere', 'Atelier Lumière SARL', '27 rue des Tanneurs|67000|Strasbourg|FR', 'FR22632403499', 'FR7690558618578668334982993 FR7681630158476045582355887 FR7693485456063140930014661', 'Banque du Rhin', 'atelier-lumiere.example', '+33 3 55 50 18 26', 'Claire Muller', 'RCS Strasbourg 632 403 499', 'FA-{yyyy}-{n4}', 'en'],
  ['bertrand', 'Bertrand Ingénierie SAS', '8 quai Perrache|69002|Lyon|FR', 'FR38443892217', 'FR7611617610581679324013429 FR7641174425439066973885840 FR7645574512183470530352067', 'Banque des Deux Fleuves', 'bertrand-ingenierie.example', '+33 4 55 50 77 02', 'Hugo Bertrand', 'RCS Lyon 443 892 217', 'F{yyyy}{mm}{n4}', 'en'],
  ['kilbride', 'Kilbride Data Services Ltd', '14 Harcourt Row|D02 X285|Dublin|IE', 'IE4152537G', 'IE17AIBK37931552774072 IE06BOFI94055833383334 IE11IPBS42997495550337', 'AIB', 'kilbride-data.example', '+353 1 555 0198', 'Aoife Brennan', 'Registered in Ireland 418827', 'KDS-{n5}', 'en'],
  ['ashworth', 'Ashworth Training Partners Ltd', '3 Chapel Yard|LS1 6TR|Leeds|GB', 'GB912766614', 'GB72BARC54395488826109 GB30NWBK95214243983049 GB54LOYD49999952424787', 'Barclays', 'ashworth-training.example', '+44 113 555 0144', 'Thomas Ashworth', 'Registered in England 07741930', 'INV-{n6}', 'en'],
  ['oakfield', 'Oakfield Vehicle Hire plc', '210 Dock Road|L20 1DQ|Liverpool|GB', 'GB175402516', 'GB33BARC92903862943235 GB03NWBK14363978860727 GB48LOYD29969774962796', 'Barclays', 'oakfield-hire.example', '+44 151 555 0182', 'Priya Nair', 'Registered in England 03118652', 'SI-{yyyy}-{n4}', 'en'],
  // In the register, but without an invoice among the samples; the first is easily mistaken for Nordlicht Büromöbel.
  ['nordlicht-buero', 'Nordlicht Büroservice GmbH', 'Hafendamm 2|24937|Flensburg|DE', 'DE479777585', 'DE06915258239587479076 DE46906134538407538728 DE18999103002702467122', 'Fördebank Kiel', 'nordlicht-service.example', '+49 461 5550 34', 'Silke Jansen', 'Amtsgericht Flensburg HRB 5512', 'NB{n5}', 'de'],
  ['tessner', 'Tessner Tiefbau GmbH', 'Grazer Straße 5|8600|Bruck an der Mur|AT', 'ATU63732562', 'AT147834132012946525 AT832911546998667578 AT721774478634426560', 'Murbank Bruck', 'tessner-tiefbau.example', '+43 3862 555 01', 'Karl Tessner', 'Landesgericht Leoben FN 99127h', 'T{n5}', 'de'],
  ['harbour', 'Harbour Print & Design Ltd', '9 Fish Quay|T12 R2WD|Cork|IE', 'IE2305547P', 'IE87AIBK37740757765235 IE60BOFI83803686041931 IE64IPBS96804137238640', 'AIB', 'harbour-print.example', '+353 21 555 0110', 'Sean Daly', 'Registered in Ireland 390114', 'HP{n5}', 'en'],
];

// prettier-ignore
const UNKNOWN: Row =
  ['unknown', 'Falkenried Medienagentur GmbH', 'Falkenried 88|20251|Hamburg|DE', 'DE874953273', 'DE69936997067311436469 DE47940286755716322769 DE16903875508832619550', 'Alsterbank Hamburg', 'falkenried-medien.example', '+49 40 5550 3319', 'Lars Otto', 'Amtsgericht Hamburg HRB 155201', 'FM-{yyyy}-{n4}', 'de'];

const WITHOUT_INVOICE = ['nordlicht-buero', 'tessner', 'harbour'];
const BLOCKED = ['weserdruck', 'tessner'];

function supplier(row: Row): Supplier {
  const [id, name, address, vatId, ibans, bank, domain, phone, contact, register, numberStyle, writes] = row;
  const [street = '', postcode = '', city = '', country] = address.split('|');
  const [first = '', second = '', third = ''] = ibans.split(' ');
  return {
    id, name, street, postcode, city, country: country as Supplier['country'], vatId, ibans: [first, second, third], bank,
    domain, phone, contact, register, numberStyle, writes, blocked: BLOCKED.includes(id),
  }; // prettier-ignore
}

/** The supplier register of the buyer, as suppliers.csv shows it. */
const register: readonly Supplier[] = ROWS.map(supplier);

/** Suppliers of the register that sent the sample invoices. */
export const senders: readonly Supplier[] = register.filter(({ id }) => !WITHOUT_INVOICE.includes(id));

/** A supplier that the register does not know. */
export const unknownSupplier: Supplier = supplier(UNKNOWN);

export const buyer = {
  name: 'Musterstadt Stadtwerke GmbH',
  department: 'Rechnungseingang',
  street: 'Am Wasserwerk 12',
  postcode: '34117',
  city: 'Musterstadt',
  country: 'DE',
  vatId: 'DE892561511',
  iban: 'DE75985729847215949271',
  contact: 'Julia Meinert',
  phone: '+49 561 5550 100',
  mail: 'rechnung@stadtwerke-musterstadt.example',
} as const;

/** The supplier register as CSV; no field of it needs quoting except names with a comma, of which there are none. */
export function registerCsv(): string {
  const rows = register.map(({ vatId, name, country, ibans, blocked }) => [vatId, name, country, ibans[0], blocked]);
  return [['vatId', 'name', 'country', 'iban', 'blocked'], ...rows].map((row) => `${row.join(',')}\n`).join('');
}
