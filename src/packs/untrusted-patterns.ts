/** What an instruction in a document tries. */
export type InstructionKind =
  'override' | 'role' | 'addressed' | 'field' | 'answer' | 'process' | 'markup' | 'encoded' | 'disguised';

type Pattern = readonly [kind: InstructionKind, pattern: RegExp];

/*
 * Patterns read folded text: lower case, no accents ('überschreibe' is 'uberschreibe'), plain quotes. `~` stands for up to
 * 40 characters of the same sentence; gaps are bounded, so that the time stays linear. Written for English and German, with the
 * commonest override in six other languages.
 */
const of = (kind: InstructionKind, ...sources: string[]): Pattern[] =>
  sources.map((source) => [kind, new RegExp(source.replaceAll('~', '[^.!?;]{0,40}?'), 'm')]);

const ORDERS = String.raw`(?:instructions?|directives?|guidelines?|(?:system|your|the|previous|original|initial) prompts?|system messages?|(?:your|the|all|any|these|previous|prior|above|earlier|other|such) (?:\w+ )?(?:rules|task|orders|commands|constraints|training|schema|examples)|(?:previous|prior|above|earlier|preceding) (?:text|content|context|messages?|data)|everything (?:above|before|else|you)|what(?:ever)? (?:you were|you have been|was said)|all (?:of )?the above)`;
const BEFORE = String.raw`(?:previous|prior|above|earlier|preceding|original|initial|system|your|existing|former)`;
const WEISUNG = String.raw`(?:anweisung|instruktion|vorgabe|befehl|weisung|regel|richtlinie|system-?prompt|prompt|aufgabenstellung|aufgabe|beispiel)\w*`;
const VORIG = String.raw`(?:vorherig|bisherig|vorig|obig|fruher|vorangegangen|vorstehend|vorangehend|ursprunglich|sonstig|eigentlich|deine|ihre|alle|system)\w*`;
const MACHINE = String.raw`(?:a\.?i\.?|llms?|(?:large )?language models?|(?:ai|ml) [a-z]+|gpt(?:-?\d\w*)?|chatgpt|claude|gemini|copilot|chatbots?|bots?|(?:virtual|digital) assistant|(?:extraction|classification|ocr) (?:model|engine|system|software)|(?:automated|automatic|machine) (?:readers?|assistants?|agents?|classifiers?|processors?|processing system|system)|classifier|model|assistant)`;
const MASCHINE = String.raw`(?:ki|k\.i\.|kunstliche intelligenz|sprachmodell\w*|ki-\w+|llm|chatgpt|sprachassistent\w*|chatbot|modell|assistent\w*|automatische\w* (?:assistent|klassifizier|leser|auswert|belegleser)\w*)`;
const INVOICE_FIELD = String.raw`(?:iban|bank (?:account|details|coordinates)|account number|vat (?:id|number|identification|total)|supplier ?(?:vat|name)\w*|creditor|payee|invoice ?(?:number|no\b|date)|issue ?date|due ?date|payment (?:date|deadline)|payable|net ?total|gross ?total|vat ?total|(?:total|payable|net|gross) amount|amounts? (?:due|payable|to pay)|order ?reference|vat ?breakdown)`;
const LABEL_FIELD = String.raw`(?:intents?|categor(?:y|ies)|classification|labels?|priority|queues?|out[ _]?of[ _]?scope|topic)`;
const FIELD = String.raw`(?:${INVOICE_FIELD}|${LABEL_FIELD}|currency|(?:output|json|answer|response) fields?|fields? ["'\w]+|output|json)`;
const FELD = String.raw`(?:iban|bankverbindung|kontonummer|ust-?id\w*|umsatzsteuer-?id\w*|rechnungsnummer|rechnungsdatum|falligkeit\w*|zahlungsziel|zahlungsfrist|zahlbetrag\w*|gesamtbetrag\w*|rechnungsbetrag\w*|nettobetrag|bruttobetrag|wahrung|lieferant\w*|bestellnummer|feld\w*|kategorie|absicht|anliegen|prioritat|warteschlange|label|ausgabe)`;
const REVIEW = String.raw`(?:review\w*|countersign\w*|human (?:check|intervention|involvement|approval|verification)|manual (?:check|approval|verification|handling|processing)|second (?:approval|signature|pair of eyes)|four[- ]eyes\w*|approval workflow)`;

export const FLAT: readonly Pattern[] = [
  ...of(
    'override',
    String.raw`\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|es|ing)|bypass|pay no attention to|(?:do not|don't|stop|no longer) (?:follow(?:ing)?|obey(?:ing)?|apply(?:ing)?|listen to)|abandon|set aside|skip over)\b~${ORDERS}`,
    String.raw`\b(?:cancel|replace|change|reset|supersede[sd]?|discard|void|drop|erase|delete|clear|revoke|annul)\b~${BEFORE} (?:\w+ )?(?:instructions?|prompts?|directives?|rules|guidelines?|orders|context)\b`,
    String.raw`\b${BEFORE} (?:\w+ )?(?:instructions?|prompts?|directives?|guidelines?|rules|examples|messages?)\b~\b(?:void|obsolete|cancell?ed|no longer|superseded|outdated|invalid|revoked|only a test|withdrawn|wrong|replaced|do not apply|don't apply|don't count|expired?)\b`,
    String.raw`\b(?:new|updated|revised|real|actual|secret|additional|special|final|urgent) (?:system )?(?:instructions?|task|directives?|prompt|objective|guidelines?) ?(?:for you|for the|to the|to you|follow|below|from|is\b|:)`,
    String.raw`\b(?:these|following|this|my|below) (?:instructions?|orders?|directives?|rules?|notes?|lines?) ~(?:take|takes|have|has|overrides?|supersedes?|replaces?) (?:precedence|priority|any|all|the|your|every)`,
    String.raw`\b(?:ignorier|missacht|vergiss|vergess|uberschreib|umgeh|verwirf|verwerf|uberspring|widersetz)\w*\b~\b(?:${WEISUNG}|alles (?:bisherige|obige|vorherige|davor|vorige|was))`,
    String.raw`\b(?:befolge?|beachte|halte dich|folge|beachten sie|befolgen sie)\b~\b(?:nicht(?: mehr)?|keine)\b~${WEISUNG}`,
    String.raw`\b(?:befolge?|beachte|folge|beachten sie|befolgen sie)\b~${WEISUNG}~\bnicht\b`,
    String.raw`\b${VORIG} (?:\w+ )?${WEISUNG}~\b(?:ignorier|missacht|vergess|verwerf|ungultig|hinfallig|aufgehoben|gelten nicht|nicht mehr|ausser kraft|ausser acht|uberholt)`,
    String.raw`\b(?:neue|geanderte|aktualisierte|zusatzliche|dringende) (?:anweisung|instruktion|aufgabe|systemanweisung|vorgabe)(?:en)? ?(?:fur|an|:|lautet|lauten|lautend)`,
    String.raw`\b(?:ignore[rz]?|oublie[rz]?|ne ten(?:ez|ir) pas compte)\b~\b(?:instructions|consignes|directives)`,
    String.raw`\b(?:ignor[ae]|ignorad|olvid[ae]|omit[ae]|haz caso omiso|dimentica\w*|ignorate|esqueca|desconsidere)\b~\b(?:instrucciones|indicaciones|ordenes|istruzioni|instrucoes)`,
    String.raw`\b(?:negeer|vergeet|sla)\b~\b(?:instructies|aanwijzingen|opdrachten)`,
    String.raw`\b(?:zignoruj|ignoruj|pomin|zapomnij)\b~\b(?:instrukcje|polecenia|instrukcji|polecen)`,
  ),
  ...of(
    'role',
    String.raw`\byou are (?:now|from now on|henceforth|no longer) (?:an?|the|in|my|free|dan\b|acting|operating|running|bound|restricted|required)\b`,
    String.raw`\bfrom now on,? you (?:are|will|must|shall|only|always|act|answer|classif|output)`,
    String.raw`\b(?:act|behave|respond|answer|pretend|imagine|role-?play|simulate|speak)\b (?:as|like|to be|that you(?: are|'re)|you(?: are|'re))~\b(?:ai|assistant|model|system|admin\w*|developer|approver|controller|reviewer|auditor|accountant|chief|cfo|bot|unrestricted|jailbroken|no (?:rules|restrictions|limits))\b`,
    String.raw`\b(?:developer|debug|maintenance|admin\w*|god|dan|sudo|root|jailbreak|unrestricted|override|test|audit|training|calibration|evaluation) mode\b~(?:enabled|activated?|active|on\b|engaged|unlocked|:)`,
    String.raw`\b(?:enter|enable|activate|switch (?:in)?to|go into|you are in|start)\b (?:\w+ )?(?:developer|debug|maintenance|admin\w*|god|dan|sudo|root|jailbreak|unrestricted|override|training|calibration) mode\b`,
    String.raw`\b(?:this is|i am|i'm|message from|note from|order from|sent by|speaking as|signed by)\b (?:your|the|an?) (?:\w+ )?(?:developers?|system administrators?|creators?|programmers?|prompt engineers?|openai|anthropic|system operators?|ai (?:team|admin\w*)|model (?:owner|vendor|provider)s?)\b`,
    String.raw`\bsystem ?(?:message|prompt|override|instruction|command|directive|update|note|notice)s?\b ?(?:\([^)]{0,30}\) ?|\w+ )?(?::|-|\]|>|=)`,
    String.raw`\b(?:system|systemnachricht|systemhinweis|systemanweisung|systembefehl|systemmeldung|entwicklerhinweis|entwickleranweisung|administratorhinweis)\b\W{0,4}:`,
    String.raw`\bdu bist (?:jetzt|nun|ab sofort|ab jetzt|nicht mehr|ein|eine|der|die)\b`,
    String.raw`\b(?:ab sofort|ab jetzt|von nun an) (?:bist|sind|antworte|gib|klassifizier|verhalt|handel|befolg|gilt fur (?:dich|das modell))`,
    String.raw`\b(?:verhalte? dich|handle|agiere|antworte|spiele|tu so)\b~\b(?:als|wie)\b~\b(?:assistent|modell|system|administrator|entwickler|freigeber|pruf|buchhalt|ki\b|leiter|uneingeschrankt)`,
    String.raw`\b(?:entwickler|wartungs|admin\w*|debug|kalibrier\w*|schulungs|trainings)-?modus\b`,
    String.raw`\b(?:hier (?:spricht|schreibt)|nachricht von|ich bin|im auftrag) (?:dein\w*|der|die|des|dem)? ?(?:entwickler\w*|systemadministrator\w*|administrator\w*|programmierer\w*|systembetreiber\w*)`,
  ),
  ...of(
    'addressed',
    String.raw`\b(?:if|when|since|because|as) you(?: are|'re) (?:an? |the )?${MACHINE}\b`,
    String.raw`\b(?:note|notice|message|attention|instructions?|reminder|hint|memo|dear|hello|hi|hey|guidance|request|information)\b ?(?:to|for|,|:|-)? ?(?:the|an?|any|all|this|our|your|every)? ?(?:ai|a\.i\.|llms?|(?:large )?language models?|(?:ai|ml) [a-z]+|gpt(?:-?\d\w*)?|chatgpt|(?:extraction|classification|ocr) (?:model|engine|system|software)|(?:automated|automatic|machine) (?:readers?|assistants?|agents?|classifiers?|processors?)|classifier|model|assistant)\b`,
    String.raw`\b${MACHINE}\b[,:]? ?(?:\w+ )?(?:reading|processing|parsing|summari[sz]ing|analy[sz]ing|extracting|classifying|handling|that reads|which reads|who reads)\b`,
    String.raw`\b(?:ai|llm|language model|chatgpt|classifier|ai assistant|ai model|ai system|ai agent|extraction model)s?\b[,:]? (?:please|must|should|shall|is to|are to|you|needs? to|has to|have to)\b`,
    String.raw`\b(?:hinweis|nachricht|anweisung|mitteilung|information|achtung|bitte|liebe\w*|hallo)\b,? ?(?:an|fur|:)? ?(?:die|den|das|alle|jede\w*|ein\w*|unsere?\w*|ihre?\w*|dein\w*)? ?${MASCHINE}\b`,
    String.raw`\b(?:wenn|falls|sofern|da) (?:du|sie)\b~\b(?:ki\b|sprachmodell|kunstliche intelligenz|assistent|llm|chatbot|modell\b|maschinell|automatisch)`,
    String.raw`\b(?:ki|sprachmodell|ki-system|ki-modell|ki-assistent)\b[,:]? (?:bitte|muss|soll|sollte|hat|du|setze|gib)\b`,
  ),
  ...of(
    'field',
    String.raw`\b(?:set|change|update|replace|overwrit(?:e|es)|override|correct|reset|amend|switch|redirect)\b~\b(?:${INVOICE_FIELD}|${LABEL_FIELD}|fields? ["'\w]+)\b~(?:\bto\b|\bwith\b|\bas\b|\bby\b|=|:)`,
    String.raw`\b(?:report|return|output|extract|record|treat|mark|fill in|write|overwrite|assign|emit|populate|state|register|capture)\b~\b${FIELD}\b~(?:\bto\b|\bwith\b|\bas\b|\bis\b|=|:)`,
    String.raw`\b(?:set|overwrite|override)\b~\bcurrency\b~(?:\bto\b|\bwith\b|\bas\b|=|:)`,
    String.raw`\b(?:use|enter|take|insert|put|give|pay to|transfer to)\b~\b(?:iban|invoice ?number|due ?date|vat id|total|account)\b~\b(?:instead|rather than|in place of|not the one)\b`,
    String.raw`\b(?:instead of|rather than|in place of|not)\b~\b(?:iban|due ?date|vat id|invoice ?number|amount|total)\b~\b(?:printed|shown|stated|above|below|listed)\b~\b(?:use|enter|report|output|return|extract|give|is|put)\b`,
    String.raw`\b(?:correct|real|actual|right|true|valid|only valid|intended|proper)\b (?:\w+ )?(?:iban|invoice ?number|vat id|due ?date|issue ?date|payable|totals?|${LABEL_FIELD}|answer|output|currency code)\b~\b(?:is|are|must|should|to (?:use|report|output|extract)|reads?)\b`,
    String.raw`\b(?:${LABEL_FIELD}|iban|due ?date|invoice ?number|vat id|payable|supplier ?name)\b (?:must|should|shall|has to|needs to|is to|will) (?:always |now |only )?(?:be|read|say|equal|become)\b`,
    String.raw`\b(?:classif(?:y|ied)|categori[sz]ed?|label(?:l?ed)?|tag(?:ged)?|triaged?|sort(?:ed)?)\b (?:it|this|that|the|my|these|all|every\w*|me)?\b~\b(?:as|under|into|with)\b`,
    String.raw`\b(?:route|assign|forward|send|direct|file|put|move)\b (?:it|this|(?:the|my|this) (?:ticket|message|case|request|document|mail|e-?mail))\b~\b(?:to|as|under|into|in)\b (?:the )?~(?:queue|team|category|label|_)`,
    String.raw`\b(?:classif|categor|label|intent|class|treat|mark|route|answer|output|return|respond|reply|say|choose|pick|select|use|is|as)\w*\b[^.!?]{0,30}?[^\w./@-][a-z]{2,}(?:_[a-z?]+)+(?![\w@/-]|\.\w)`,
    String.raw`(?:^| )["']?(?:intent|category|label|classification|outofscope|out_of_scope)["']? ?(?:=|:|->|=>) ?["']?[a-z]`,
    String.raw`\b(?:suppliervatid|suppliername|invoicenumber|issuedate|duedate|nettotal|vattotal|grosstotal|vatbreakdown|orderreference)\b["']? ?(?:=|:|->|is\b|to\b|must\b|auf\b)`,
    String.raw`\b(?:setze?|andere|andern sie|setzen sie|ersetze|ersetzen sie|uberschreibe|uberschreiben sie|korrigiere|korrigieren sie|extrahiere|extrahieren sie|erfasse|erfassen sie|hinterlege|hinterlegen sie|trage|tragen sie)\b~\b${FELD}\b~(?:\bauf\b|\bals\b|\bmit\b|\bdurch\b|\bein\b|\bzu\b|=|:)`,
    String.raw`\b(?:gib|geben sie|gebe|melde|melden sie|liefere)\b~\b${FELD}\b~\b(?:aus|zuruck)\b`,
    String.raw`\bals ${FELD}\b~\b(?:setze|setzen|ausgeben|zuruckgeben|eintragen|erfassen|einzutragen|auszugeben|zu melden|gib)\b`,
    String.raw`\b(?:verwende|nimm|nutze|uberweise|verwenden sie|nutzen sie|nehmen sie)\b~\b(?:iban|bankverbindung|rechnungsnummer|betrag|ust-?id\w*|falligkeit\w*)\b~\b(?:statt\w*|anstelle|anstatt|nicht die)\b`,
    String.raw`\b(?:statt|anstelle|anstatt)\b~\b(?:iban|bankverbindung|rechnungsnummer|betrag\w*|ust-?id\w*|falligkeit\w*|kontonummer)\b~\b(?:verwend|nimm|nutz|gilt|setze|eintrag|ausgeb|melde|uberweis)`,
    String.raw`\b(?:richtige|korrekte|tatsachliche|gultige|wahre|echte)\w* (?:iban|bankverbindung|rechnungsnummer|ust-?id\w*|falligkeit\w*|kategorie|absicht|zahlbetrag|antwort|ausgabe)\b~\b(?:lautet|ist|heisst|muss)\b`,
    String.raw`\b(?:klassifizier|kategorisier|einsortier|etikettier|einordn|einstuf)\w*\b~\b(?:als|unter|in)\b`,
    String.raw`\b(?:stufe|ordne|sortiere|ordnen sie|stufen sie|leite|leiten sie)\b (?:dies|das|diese|die|den|meine|es|alles)\w*\b~\b(?:als|unter|der kategorie|dem anliegen|zu\b|ein\b|an die)`,
    String.raw`\b${FELD} (?:muss|soll|hat|ist)\b~\b(?:lauten|sein|stehen|heissen|zu setzen|zu andern|zu ersetzen)\b`,
  ),
  ...of(
    'answer',
    String.raw`\b(?:respond|reply|answer|output|return|print|emit|produce|say)\b (?:\w+ )?(?:only|exactly|nothing but|solely|exclusively|verbatim|simply)\b (?:with|the|this|that|these|json|in\b|as\b|["'{\[<])`,
    String.raw`\b(?:only|just|always|simply|instead|must|now|then|and|please) (?:respond|answer|output|return|emit)\b (?:with|the following|this|json|in json|exactly|["'{\[])`,
    String.raw`\b(?:answer|respond|reply) with\b ?(?:["'{]|intent|label|the (?:intent|label|word|json|category|following)|[a-z]+_)`,
    String.raw`\byour (?:only |final |whole |entire |complete |next )?(?:answer|response|output|reply|json)\b (?:must|shall|has to|will|needs to|should) (?:be|contain|start|begin|read|consist|say|have)`,
    String.raw`\b(?:following|this|valid|these|exact|below) (?:json|output|answer object|completion)\b`,
    String.raw`\b(?:expected|correct|required|ground[- ]truth|gold|model|desired) (?:output|answer|json|response|completion|label)\b ?(?:is\b|:|=|\{|for)`,
    String.raw`\{ ?["'][a-z_]+["'] ?: ?(?:["'{\[\d]|null|true|false)`,
    String.raw`\b(?:antworte|antworten sie|gib|geben sie|schreibe|schreiben sie)\b (?:\w+ )?(?:nur|ausschliesslich|genau|exakt|lediglich|immer|stets|einfach)\b (?:mit|das|den|die|diese\w*|folgend\w*|json|["'{])`,
    String.raw`\b(?:antworte|antworten sie)\b (?:mit\b|immer\b|stets\b)`,
    String.raw`\bdeine (?:\w+ )?(?:antwort|ausgabe)\b (?:muss|soll|sollte|lautet|ist|hat|darf)\b`,
    String.raw`\b(?:erwartete|richtige|korrekte|gewunschte) (?:antwort|ausgabe)\b ?(?:ist|lautet|:|=)`,
  ),
  ...of(
    'process',
    String.raw`(?:^|[.!?:;,>\])*-] ?|\b(?:please|must|should|shall|now|and|always|immediately|automatically|directly|to|just|you) )(?:auto-?)?approve (?:this|the|it\b|all|every|any|immediately|automatically|payment|invoice|without)`,
    String.raw`\bauto-?approv(?:e|al|ed)\b|\bstraight[- ]through\b`,
    String.raw`\b(?:approve|authori[sz]e|accept|release|post|book|pay|process|execute|transfer|close|write|sign off)\w*\b~\b(?:without|no|skip\w*|bypass\w*)\b (?:any |a |an |the |further |additional |human |manual |second |prior |waiting for )*(?:review\w*|approval|check\w*|human|person|confirmation|countersign\w*|verification|validation|inspection|questions)\b`,
    String.raw`\b(?:do not|don't|never|no need (?:to|for)|without|skip|bypass|avoid|not necessary to|must not|should not|not require|requires? no|needs? no|need not|exempt from|waive)\b (?:\w+ ){0,4}?${REVIEW}`,
    String.raw`\b(?:do not|don't|never|must not|should not|no need to)\b (?:\w+ )?(?:escalate|flag|refer|hand|queue|hold|route|send|forward|show|pass)\b~\b(?:review\w*|human|person|people|reviewers?|supervisors?|manual|clerk|staff member|flag(?:ged)?|as (?:suspicious|injection|unsafe))\b`,
    String.raw`\b(?:pre-?approved|already (?:been )?(?:approved|reviewed|countersigned|cleared|signed off))\b~\b(?:no|skip|without|by|so|not|release|book|post|pay)\b`,
    String.raw`\b(?:review|approval|human check|countersignature)\b (?:\w+ )?(?:is|was|has been) (?:not (?:needed|required|necessary)|waived|skipped|disabled|suspended|switched off|unnecessary|superfluous)`,
    String.raw`\b(?:confidence|certainty|probability|logprobs?)\b~(?:=|:|\bis\b|\bof\b|\bto\b|\bat\b|\bbe\b) ?["']?(?:1(?:[.,]0+)?\b|100 ?%|100\b|0?[.,]9\d*|high|max\w*|full)`,
    String.raw`\bwith (?:full|max\w*|100 ?%|1\.0|highest|very high) (?:confidence|certainty|probability)\b`,
    String.raw`\b(?:ohne|keine\w*|uberspring\w*|verzicht\w* auf|unter verzicht auf)\b (?:die |eine |jede |jegliche |manuelle\w* |menschliche\w* |weitere\w* |zusatzliche\w* |erneute |zweite )*(?:prufung|uberprufung|freigabe|gegenzeichnung|kontrolle|zweitfreigabe|sichtprufung|vier-augen-\w+)\b`,
    String.raw`\b(?:prufung|uberprufung|freigabe|gegenzeichnung|kontrolle|zweitfreigabe)\b~\b(?:nicht (?:notig|erforderlich|notwendig)|entfallt|uberspring\w*|unterlassen|entbehrlich|ausgesetzt|abgeschaltet)\b`,
    String.raw`\b(?:sofort|direkt|automatisch|umgehend|ungepruft|unverzuglich)\b (?:\w+ )?(?:freigeben|freizugeben|genehmigen|zu genehmigen|verbuchen|durchbuchen|auszahlen|frei\b)`,
    String.raw`\b(?:genehmige|genehmigen sie|gib|geben sie|winke)\b (?:diese|die|den|das|dieses|sie|alles)\b~\b(?:frei|rechnung|zahlung|durch|beleg|vorgang)\b`,
    String.raw`\b(?:nicht|niemals|keinesfalls)\b~\b(?:an (?:einen|den|die)? ?(?:menschen?|sachbearbeiter\w*|mitarbeiter\w*|prufer\w*)|zur (?:manuellen |menschlichen )?(?:prufung|freigabe|kontrolle|gegenzeichnung))`,
    String.raw`\b(?:bereits|schon|vorab) (?:\w+ )?(?:gepruft|freigegeben|genehmigt|gegengezeichnet)\b`,
    String.raw`\b(?:konfidenz|sicherheit|wahrscheinlichkeit)\b~(?:=|:|\bauf\b|\bvon\b|\bmit\b) ?["']?(?:1(?:[.,]0+)?\b|100 ?%|maximal|hochst|voll)`,
  ),
];

export const LINES: readonly Pattern[] = [
  ...of(
    'markup',
    String.raw`<\|[a-z_ ]{2,30}\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|<</?(?:system|user|assistant)>>`,
    String.raw`</?(?:document|example|input|output|system|assistant|developer|instructions?|prompt|thinking|answer|im_start|im_end|tool_call|function_call|tool_result)\b[^>\n]{0,40}>`,
    String.raw`\[/?(?:system|assistant|developer|instructions?|prompt|admin|override|end of (?:document|input|data))\b[^\]\n]{0,40}\]`,
    String.raw`^ ?#{1,6} ?(?:system|instructions?|assistant|response|human|new task|task|prompt|developer|anweisung\w*|system\w*)\b`,
    String.raw`^\W{0,6}(?:begin|end|start) (?:of )?(?:the )?(?:system|prompt|instructions?|untrusted|user input|hidden|override|admin)\b`,
    String.raw`^ ?(?:assistant|human|ai|developer|assistent|ki) ?: ?\S`,
    String.raw`^ ?\x60{3} ?(?:system|json|instructions?|prompt|tool)`,
  ),
  ...of(
    'role',
    String.raw`^\W{0,4}(?:system|root|admin)\W{0,3}: ?[^\n]{0,80}\b(?:you|model|output|answer|fields?|must|set|classif|ignore|return|approve|override|instruction)`,
  ),
];

export const SQUEEZED: readonly Pattern[] = [
  ...of(
    'override',
    '(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|my|of|these|those|every|everything|above|previous|prior|preceding|earlier|system|and|other){1,6}(?:instruction|prompt|directive|rule|guideline|command|order)',
    '(?:ignoriere?|vergiss|missachte|uberschreibe)(?:n|nsie)?(?:alle|die|deine|ihre|vorherige|bisherige|obige|vorige|vorstehende|sonstige|n){1,6}(?:anweisung|instruktion|vorgabe|regel|befehl)',
  ),
  ...of(
    'field',
    '(?:set|change|replace|overwrite)(?:the|this|field|value|of){0,3}(?:iban|intent|duedate|invoicenumber|payable|vatid|suppliervatid)(?:to|with|as)',
    'classify(?:this|it|the|message|ticket|mail|as){2,4}',
    '(?:setze|andere|ersetze)(?:die|das|den|feld){0,2}(?:iban|intent|falligkeit|rechnungsnummer|zahlbetrag|kategorie)(?:auf|durch|mit)',
  ),
  ...of('process', 'approvethis(?:invoice|payment|case)', '(?:skip|without)(?:any|human|manual|the){0,2}review'),
];

/** Asks to decode and obey; what is encoded is looked into anyway. */
export const ENCODED = new RegExp(
  String.raw`\b(?:decode|decrypt|unscramble|base-?64|rot-?13|hex(?:adecimal)?|reverse|backwards|dekodier\w*|entschlussel\w*|ruckwarts)\b[^.!?;]{0,60}?\b(?:follow|execute|obey|instructions?|apply|do what|orders?|carry out|befolg\w*|ausfuhr\w*|anweisung\w*|comply)\b`,
);
