/** For tests that hang. What a test waits for has its own limit (harness/until.ts), which is shorter and says what was waited for. */
jest.setTimeout(600_000);
