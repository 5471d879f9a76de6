import safelight from './index.cjs'

export const {
  Engine,
  SafelightError,
  backends,
  buildUrl,
  explain,
  negotiate,
  panicOnPurpose,
  parseUrl,
  probe,
  render,
  renderSync,
  resolve,
  sign,
  verify,
  version,
} = safelight
