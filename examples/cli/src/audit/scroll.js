// Shows the whole page once, so that what waits to be seen is loaded too.
(async () => {
  const step = Math.max(window.innerHeight * 0.8, 200)
  const pause = () => new Promise((done) => setTimeout(done, 120))
  for (let at = 0, steps = 0; at < document.documentElement.scrollHeight && steps < 200; at += step, steps++) {
    window.scrollTo(0, at)
    await pause()
  }
  window.scrollTo(0, 0)
  await pause()
})()
