#!/bin/sh
# A Web Lock does not order localStorage between tabs.
#
# Seen with: Debian 12's Chromium 156.0.8078.114-1~deb12u1 and 156.0.8078.108, playwright-core 1.65.1, Node 20, Linux x86-64, on 2026-11-30.
# Needs Debian 12 with the libraries that its package `chromium` depends on. Not seen with the headless shell of @sparticuz/chromium 153.0.0.
# What: twenty tabs of one origin add one to a number in localStorage, fifty times each, always while they hold the same exclusive Web Lock
# (navigator.locks.request). Reading and writing inside an exclusive lock should lose nothing. It does: the lock is granted by the browser's
# process, localStorage is a copy in each renderer's process that is brought up to date by messages of its own, so the tab that gets the lock
# next may still read the value from before. What was written to an entry of the Cache API inside the lock is seen by the next holder: the
# same count kept there is exact.
# Who it hurts: whoever keeps a rotating refresh token in localStorage and renews it under a Web Lock, as single-page applications do. The
# tab that is behind sends a token that is used up, and an authority that detects reuse ends the login in all tabs.
# Output seen (the first number differs from run to run and is below 1000):
#   localStorage: 691 of 1000
#   Cache API:    1000 of 1000
# Fails (exit 1) if localStorage loses nothing any more, or the Cache API does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --no-audit --no-fund --silent playwright-core@1.65.1 > /dev/null
apt-get download -qq 'chromium=156.0.8078.114-1~deb12u1' 'chromium-common=156.0.8078.114-1~deb12u1' 2> /dev/null
for package in chromium*.deb; do dpkg -x "$package" .; done
cat > count.mjs <<'JS'
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: './usr/lib/chromium/chromium', args: ['--no-sandbox'] });
console.log(`Chromium ${browser.version()}`);
const context = await browser.newContext(), tabs = [], each = 50;
for (let i = 0; i < 20; i++) tabs.push(await context.newPage());
await Promise.all(tabs.map((tab) => tab.goto(`http://localhost:${server.address().port}/`)));

const stores = {
  localStorage: { read: () => Number(localStorage.getItem('n') ?? 0), write: (n) => localStorage.setItem('n', String(n)) },
  'Cache API': { read: async () => Number(await (await (await caches.open('c')).match('/n'))?.text() ?? 0), write: async (n) => (await caches.open('c')).put('/n', new Response(String(n))) },
};
const counted = {};
for (const [name, { read, write }] of Object.entries(stores)) {
  await Promise.all(tabs.map((tab) => tab.evaluate(async ([read, write, each]) => {
    const [get, put] = [read, write].map((code) => (0, eval)(`(${code})`));
    for (let i = 0; i < each; i++) await navigator.locks.request('one', async () => put((await get()) + 1));
  }, [String(read), String(write), each])));
  // Everything has long been written; the highest is what the last of them wrote.
  counted[name] = Math.max(...await Promise.all(tabs.map((tab) => tab.evaluate((read) => (0, eval)(`(${read})`)(), String(read)))));
  console.log(`${name}: ${counted[name]} of ${tabs.length * each}`);
}
await browser.close();
server.close();
const all = tabs.length * each;
process.exit(counted.localStorage < all && counted['Cache API'] === all ? 0 : 1);
JS
node count.mjs
