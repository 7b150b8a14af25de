/** A control plane starts in seconds, and deleting a namespace takes five: more than Jest's default. */
jest.setTimeout(90_000);
