// What was shown, and how large: images, posters, and the pictures of styles.
(() => {
  const seen = window.__safelight || {}
  const shown = []
  const plain = (url) => { try { const u = new URL(url, document.baseURI); u.hash = ''; return u.href } catch { return '' } }
  const main = seen.lcpUrl ? plain(seen.lcpUrl) : ''
  const add = (kind, element, url, fit, reserved) => {
    url = plain(url)
    if (!/^https?:/.test(url)) return
    const box = element.getBoundingClientRect()
    const top = box.top + window.scrollY
    const style = getComputedStyle(element)
    const visible = box.width > 0 && box.height > 0 && style.visibility !== 'hidden'
    shown.push({
      kind, url, width: visible ? box.width : 0, height: visible ? box.height : 0, fit, reserved,
      above_fold: visible && top < window.innerHeight && top + box.height > 0 && box.left < window.innerWidth,
      main: url === main,
    })
  }
  // Whether the place is kept before the picture is there: both sides are known without it.
  const isFixed = (element) => {
    if (!element.computedStyleMap) return false
    const map = element.computedStyleMap()
    const known = (name) => String(map.get(name)) !== 'auto'
    const ratio = !/^auto/.test(String(map.get('aspect-ratio')))
    const out = /absolute|fixed/.test(getComputedStyle(element).position)
    return out || (known('width') && known('height')) || (ratio && (known('width') || known('height')))
  }
  for (const image of document.querySelectorAll('img, input[type=image]')) {
    add('image', image, image.currentSrc || image.src, getComputedStyle(image).objectFit, isFixed(image))
  }
  for (const image of document.querySelectorAll('svg image')) {
    add('image', image, image.href.baseVal, 'fill', true)
  }
  for (const video of document.querySelectorAll('video[poster]')) {
    add('poster', video, video.poster, getComputedStyle(video).objectFit === 'fill' ? 'fill' : 'contain', isFixed(video))
  }
  const size = (text) => /cover/.test(text) ? 'cover' : /contain/.test(text) ? 'contain' : 'none'
  for (const element of document.querySelectorAll('*')) {
    for (const part of [null, '::before', '::after']) {
      const style = getComputedStyle(element, part)
      if (part && style.content === 'none') continue
      const sizes = style.backgroundSize
      const text = [style.backgroundImage, style.listStyleImage, style.borderImageSource, style.content].join(' ')
      for (const match of text.matchAll(/url\("((?:[^"\\]|\\.)*)"\)/g)) {
        add('background', element, match[1].replace(/\\(.)/g, '$1'), size(sizes), true)
      }
    }
  }
  for (const link of document.querySelectorAll('link[rel~=icon], link[rel=apple-touch-icon]')) {
    const side = parseInt(link.sizes && link.sizes[0], 10)
    if (side > 0) shown.push({ kind: 'icon', url: plain(link.href), width: side, height: side, fit: 'fill', reserved: true, above_fold: false, main: false })
  }
  return JSON.stringify({ shown: shown.filter((it) => /^https?:/.test(it.url)) })
})()
