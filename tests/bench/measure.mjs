// Runs a job a few times and prints medians: CPU of all threads, wall time, peak memory, bytes.

import { readFileSync } from 'node:fs'

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

export async function measure(run, keep, count) {
  keep(await run())
  const cpu = []
  const wall = []
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const before = process.cpuUsage()
    const start = performance.now()
    bytes = (await run()).length
    wall.push(performance.now() - start)
    const used = process.cpuUsage(before)
    cpu.push((used.user + used.system) / 1000)
  }
  // Not resourceUsage().maxRSS: a process inherits that one from whoever started it.
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
  console.log(JSON.stringify({ cpu: median(cpu), wall: median(wall), peak, bytes }))
}
