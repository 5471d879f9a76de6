'use strict'

// The one error class.

const { kinds } = require('./load.cjs')

const KINDS = new Map(kinds().map((row) => [row.code, row]))

class SafelightError extends Error {
  constructor(message, { code = 'INTERNAL', context, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    const { number, http } = KINDS.get(code)
    this.number = number
    this.http = http
    // Not enumerable: a server that sends the error as JSON must not send what is for the log.
    Object.defineProperty(this, 'context', { value: context, enumerable: false })
  }

  get kind() {
    return this.code
  }
}
Object.defineProperty(SafelightError.prototype, 'name', { value: 'SafelightError' })

/** An argument that never reaches core because JavaScript cannot express it. */
function invalid(name, expected, value) {
  return new SafelightError(`${name}: expected ${expected}, got ${typeName(value)}`, { code: 'INVALID' })
}

function typeName(value) {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  return value.constructor?.name ?? 'object'
}

/** The answer of a native call, or its failure thrown. */
function unwrap(outcome, cause) {
  const { failure } = outcome
  if (!failure) return outcome
  const { message, code, context } = failure
  throw new SafelightError(message, { code, context, cause })
}

module.exports = { SafelightError, invalid, unwrap }
