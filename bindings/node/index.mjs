import safelight from './index.cjs'

export const {
  Engine,
  SafelightError,
  Service,
  backends,
  buildUrl,
  describe,
  explain,
  markup,
  negotiate,
  panicOnPurpose,
  parseUrl,
  polish,
  polishSync,
  probe,
  render,
  renderSync,
  resolve,
  sign,
  verify,
  version,
} = safelight
