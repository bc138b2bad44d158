import { askAboutEffect } from './ask-about-effect.ts';
import { callModel } from './call-model.ts';
import { waitForModel } from './wait-for-model.ts';
import { judgeWithdrawal } from './entitled.ts';
import { closeCase, effectsToReverse, moveToCurrentPack } from './close-case.ts';
import { compensate } from './compensate.ts';
import { applyDeadline, endUndo, escalate } from './escalate.ts';
import { giveUpInformation, readInformation } from './information.ts';
import { ingest } from './ingest.ts';
import { judgeVerdict } from './judge-verdict.ts';
import type { Ports } from './ports.ts';
import { replanReviews, replanTask } from './replan.ts';
import type { Steps } from './steps.ts';
import { takeInformation } from './take-information.ts';
import { sweep } from './sweep.ts';
import { validate } from './validate.ts';
import { watchFeeds } from './watch-feeds.ts';
import { write } from './write.ts';

/** All activities over one set of ports, by the names that stand in the history. `sweepAfterMs`: see `sweep`. */
export function createActivities(ports: Ports, { sweepAfterMs }: { sweepAfterMs?: number } = {}): Steps {
  return {
    ingest: ingest(ports),
    callModel: callModel(ports),
    waitForModel: waitForModel(ports),
    recallTask: ({ caseId, taskNo, why }) => ports.reviews.recall(caseId, taskNo, why),
    validate: validate(ports),
    judgeVerdict: judgeVerdict(ports),
    takeInformation: takeInformation(ports),
    readInformation: readInformation(ports),
    giveUpInformation: giveUpInformation(ports),
    escalate: escalate(ports),
    replanTask: replanTask(ports),
    applyDeadline: applyDeadline(ports),
    endUndo: endUndo(ports),
    write: write(ports),
    compensate: compensate(ports),
    askAboutEffect: askAboutEffect(ports),
    moveToCurrentPack: moveToCurrentPack(ports),
    closeCase: closeCase(ports),
    judgeWithdrawal: judgeWithdrawal(ports),
    effectsToReverse: effectsToReverse(ports),
    sweep: sweep(ports, sweepAfterMs),
    watchFeeds: watchFeeds(ports),
    replanReviews: replanReviews(ports),
  };
}
