'use strict'

// What the addon for this machine is called.

/** `gnu` or `musl` on Linux, nothing elsewhere. */
function libc() {
  if (process.platform !== 'linux') return null
  const report = process.report
  // Without this the report looks up every open socket's name.
  if (report && 'excludeNetwork' in report) report.excludeNetwork = true
  const header = report?.getReport().header
  return header && !header.glibcVersionRuntime ? 'musl' : 'gnu'
}

/** For example `linux-x64-gnu`. */
function triple() {
  return [process.platform, process.arch, libc()].filter(Boolean).join('-')
}

/** For example `safelight.linux-x64-gnu.node`. */
function fileName() {
  return `safelight.${triple()}.node`
}

module.exports = { triple, fileName }
