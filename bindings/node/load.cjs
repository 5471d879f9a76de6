'use strict'

// Finds the addon for this machine: beside this file, then in a package of its own.

const { triple, fileName } = require('./platform.cjs')

function load() {
  const places = [`./${fileName()}`, `safelight-${triple()}`]
  const errors = []
  for (const place of places) {
    try {
      return require(place)
    } catch (error) {
      errors.push(error)
    }
  }
  throw failure(places, errors)
}

// The first error that is more than "not there" says what is wrong; failing that, the first.
function failure(places, errors) {
  const cause = errors.find((error) => error.code !== 'MODULE_NOT_FOUND') ?? errors[0]
  const tried = places.map((place, i) => `  ${place}: ${firstLine(errors[i])}`)
  const lines = [
    `safelight: no native addon for ${triple()} with Node ${process.version}`,
    'tried:',
    ...tried,
    'build it with `npm run build` in bindings/node, or install the package on this kind of machine',
  ]
  return Object.assign(new Error(lines.join('\n'), { cause }), { code: 'ERR_DLOPEN_FAILED' })
}

function firstLine(error) {
  return String(error.message).split('\n', 1)[0]
}

module.exports = load()
