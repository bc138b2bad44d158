/** What starts a case. `askPerson` stands for the threshold, so that the bench chooses the route. */
export interface TextbookCase {
  caseId: string;
  text: string;
  askPerson: boolean;
}

export interface Answered {
  callId: string;
  text: string;
}

export interface Proposal {
  output: Record<string, unknown>;
  needsPerson: boolean;
}

export interface PersonsVerdict {
  approved: boolean;
  by: string;
}

export interface TextbookResult {
  caseId: string;
  outcome: 'written' | 'rejected';
  reference?: string;
}

export interface TextbookActivities {
  storeDocument(input: TextbookCase): Promise<string>;
  callModel(input: { caseId: string; text: string }): Promise<Answered>;
  storeProposal(input: { caseId: string; answer: Answered; askPerson: boolean }): Promise<Proposal>;
  storeDecision(input: { caseId: string; proposal: Proposal; verdict: PersonsVerdict }): Promise<void>;
  writeDownstream(input: { caseId: string; proposal: Proposal }): Promise<string>;
}
