// The Worker under test does what its caller says, so that every call stands in calls.test.mjs.

const ORIGIN = 'http://pictures.test/'

async function open(name) {
  const answer = await fetch(ORIGIN + name)
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`)
  return answer.body
}

/** `["transform", options]`, or `["draw", name or {text}, options, own steps]`. */
async function build(images, source, steps) {
  let chain = source.text ? images.text(source.text, source.options) : images.input(await open(source))
  for (const [verb, what, options, own] of steps) {
    if (verb === 'transform') chain = chain.transform(what)
    else chain = chain.draw(await build(images, what, own ?? []), options)
  }
  return chain
}

const calls = {
  async info(images, { source }) {
    return Response.json(await images.info(await open(source)))
  },
  async output(images, { source, steps, output }) {
    const chain = await build(images, source, steps ?? [])
    return (await chain.output(output)).response()
  },
  async twice(images, { source }) {
    const chain = images.input(await open(source))
    await chain.output({ format: 'image/png' })
    return (await chain.output({ format: 'image/png' })).response()
  },
  async fetch(images, { source, image, headers }) {
    return fetch(ORIGIN + source, { headers, redirect: 'manual', cf: { image, cacheTags: ['a'] } })
  },
}

export default {
  async fetch(request, env) {
    const { call, ...rest } = await request.json()
    try {
      return await calls[call](env.IMAGES, rest)
    } catch (error) {
      return Response.json({ code: error.code, message: error.message }, { status: 599 })
    }
  },
}
