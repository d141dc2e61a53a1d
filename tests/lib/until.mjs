/**
 * Asks again until `check` gives something, and gives that; for what another process does in its own time. The patience is
 * for a machine that has other things to do: what is there takes no longer for it.
 */
export async function until(check, what, patience_ms = 120_000) {
  for (const end = Date.now() + patience_ms; ;) {
    const found = await check();
    if (found) return found;
    if (Date.now() >= end) throw new Error(`it did not happen: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
