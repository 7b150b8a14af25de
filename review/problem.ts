/** What prevents a review, for its user: one line, without a stack trace. */
export class ReviewProblem extends Error {
  override readonly name = 'ReviewProblem';
}
