// The shared vectors: what is true in every language.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sign, verify } from '../index.mjs'
import { vectors } from './helpers.mjs'

function signatures(vector) {
  if (vector.op === 'sign') {
    assert.equal(sign(vector.path, vector.key, vector.expires), vector.signed)
  } else {
    assert.equal(verify(vector.path, vector.keys, vector.now), vector.ok)
  }
}

const RUNNERS = { signatures }

test('every file of vectors is run here', () => {
  const known = Object.keys(RUNNERS).map((name) => `${name}.json`)
  assert.deepEqual(vectors().map(([name]) => name).sort(), known.sort())
})

for (const [file, cases] of vectors()) {
  test(file, async (t) => {
    const run = RUNNERS[file.replace('.json', '')]
    assert.ok(run && cases.length > 0)
    for (const vector of cases) {
      await t.test(vector.name, () => {
        if (!('error' in vector)) return run(vector)
        assert.throws(() => run(vector), (error) => error.code === vector.error || assert.fail(error))
      })
    }
  })
}
