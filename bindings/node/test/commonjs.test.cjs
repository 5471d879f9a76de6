'use strict'

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { render } = require('safelight')

test('CommonJS renders through the name of the package', async () => {
  const photo = readFileSync(join(__dirname, '../../../tests/images/photo.jpg'))
  const { info } = await render(photo, { width: 16 })
  assert.equal(info.width, 16)
})
