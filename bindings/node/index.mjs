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
  sign,
  verify,
  version,
} = safelight
