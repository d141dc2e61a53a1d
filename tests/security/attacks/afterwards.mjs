// What must be true after all of it.
import assert from 'node:assert/strict';
import { runOstia } from '../../lib/program.mjs';
import { dump } from '../../lib/store.mjs';

const nowhere = (w, text, where) => {
  for (const [what, secret] of Object.entries(w.secrets)) {
    assert.ok(secret?.length > 5, what);
    assert.ok(!text.includes(secret), `${what} is in ${where}`);
  }
};

export const afterwards = {
  'the program is the one that was started, and people sign in': async (w) => {
    assert.deepEqual([w.authority.child.exitCode, w.authority.child.signalCode], [null, null]);
    assert.equal((await w.logIn(await w.person())).status, 200);
  },
  'its log has no defect and no secret': async (w) => {
    const lines = w.authority.log().split('\n').filter(Boolean);
    assert.ok(lines.length > 20, 'it has a log');
    for (const line of lines) assert.doesNotMatch(line, /"level":"(error|fatal)"|"event":"(defect|crashed)"/, line);
    nowhere(w, w.authority.log(), 'the log');
  },
  "the tenant's log has no secret": async (w) => {
    const pages = [];
    for (let page = 0; page < 10; page++) pages.push((await w.api.call('GET', `logs?per_page=100&page=${page}`)).text);
    nowhere(w, pages.join(), "the tenant's log");
  },
  'the database has none in clear, and is whole': async (w) => {
    await w.api.call('GET', 'logs'); // waits until all entries are there
    nowhere(w, dump(w.authority), 'the database');
    const { code, stderr } = await runOstia(['verify', '--data', w.authority.data, ...(w.authority.database ? ['--database', w.authority.database] : [])]);
    assert.equal(code, 0, stderr);
  },
};
