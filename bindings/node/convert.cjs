'use strict'

// From what a JavaScript program has to what the native half takes.

const { invalid } = require('./errors.cjs')

/** Bytes as a Uint8Array. Borrowed, but copied where the memory could change or go under us. */
function bytes(data) {
  if (data instanceof ArrayBuffer || isShared(data)) return bytes(new Uint8Array(data))
  if (!(data instanceof Uint8Array)) throw invalid('data', 'Buffer, Uint8Array or ArrayBuffer', data)
  const loose = isShared(data.buffer) || data.buffer.resizable
  return loose ? new Uint8Array(data) : data
}

function isShared(buffer) {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
}

/** Options as core reads them: URL text as it stands, an object as JSON. */
function options(value) {
  if (value === undefined || value === null) return '{}'
  return typeof value === 'string' ? value : json('options', value)
}

/** JSON text of an object. */
function json(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(name, 'an object', value)
  }
  try {
    return JSON.stringify(value, (key, item) => {
      // JSON.stringify would turn NaN and Infinity into null in silence.
      if (typeof item === 'number' && !Number.isFinite(item)) throw invalid(key, 'a number', String(item))
      return item
    })
  } catch (error) {
    if (error.code === 'INVALID') throw error
    throw invalid(name, 'what JSON can say', value)
  }
}

/** Request headers as pairs, from Headers, pairs, or the object of node:http. */
function* pairs(headers) {
  if (headers === undefined || headers === null) return
  if (typeof headers !== 'object') throw invalid('headers', 'Headers, an object or pairs', headers)
  const entries = Symbol.iterator in headers ? headers : Object.entries(headers)
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) yield [String(name), String(one)]
    }
  }
}

/** Whether there is a hook, which must be a function. */
function hook(name, value) {
  if (value === undefined || value === null) return false
  if (typeof value !== 'function') throw invalid(name, 'a function', value)
  return true
}

/** Overlay pictures and fonts: names, and bytes beside them. */
function assets(named) {
  const entries = Object.entries(named ?? {})
  return { assetNames: entries.map(([name]) => name), assets: entries.map(([, data]) => bytes(data)) }
}

/** Names and values in turn. */
function headerList(headers) {
  return [...pairs(headers)].flat()
}

/** One object; several lines of one name become one list. */
function headerObject(headers) {
  const merged = new Map()
  for (const [name, value] of pairs(headers)) {
    const key = name.toLowerCase()
    merged.set(key, merged.has(key) ? `${merged.get(key)}, ${value}` : value)
  }
  return Object.fromEntries(merged)
}

function text(name, value) {
  if (typeof value !== 'string') throw invalid(name, 'a string', value)
  return value
}

function texts(name, value) {
  if (value === null || typeof value !== 'object' || !(Symbol.iterator in value)) {
    throw invalid(name, 'strings', value)
  }
  return Array.from(value, (one) => text(name, one))
}

function optionalNumber(name, value) {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw invalid(name, 'a number', value)
  return value
}

module.exports = { assets, bytes, hook, options, json, headerList, headerObject, text, texts, optionalNumber }
