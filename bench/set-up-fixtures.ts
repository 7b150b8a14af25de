import setUp from '../test/fixtures/setup';

/** The tests' dist/, which `deployment` applies and reads when it is loaded: import this first. */
setUp();
