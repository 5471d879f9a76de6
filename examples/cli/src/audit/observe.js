// Runs before the page: what it paints last of the first view, and how far things move.
(() => {
  const seen = { lcp: 0, lcpUrl: '', cls: 0 }
  window.__safelight = seen
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      seen.lcp = entry.startTime
      seen.lcpUrl = entry.url || ''
      seen.lcpTag = entry.element ? entry.element.tagName : ''
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  // The worst window of shifts: gaps under a second, five seconds in all.
  let first = 0, last = 0, sum = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue
      const goesOn = sum > 0 && entry.startTime - last < 1000 && entry.startTime - first < 5000
      if (!goesOn) { first = entry.startTime; sum = 0 }
      last = entry.startTime
      sum += entry.value
      seen.cls = Math.max(seen.cls, sum)
    }
  }).observe({ type: 'layout-shift', buffered: true })
})()
