export { decideCase } from './decide-case.ts';
export { reverseCase } from './reverse-case.ts';
export { replanReviews } from './replan-reviews.ts';
export { sweep } from './sweep.ts';
export { watchFeeds } from './watch-feeds.ts';
