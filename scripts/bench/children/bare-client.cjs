/**
 * Sends recorded requests over kept connections and reads the answers, and does nothing else. Plain JavaScript, so
 * that no stripping of types is counted.
 */
const { readFileSync } = require('node:fs');
const { Agent, request } = require('node:http');

const { host, port, inFlight, headers, requests } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const MOST_RESETS = 20;
const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
let next = 0;
let answered = 0;
let resets = 0;

function sendNext() {
  const one = requests[next];
  next += 1;
  if (one !== undefined) send(one);
}

function send(one) {
  const [method, path, page] = one;
  const sent = request({ agent, host, port, method, path, headers: { ...headers, ...page } }, (response) => {
    if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode}`);
    response.resume().on('end', () => {
      answered += 1;
      if (answered === requests.length) agent.destroy();
      else sendNext();
    });
  });
  // A server may close a kept connection at any time.
  sent.on('error', (error) => {
    resets += 1;
    if (error.code !== 'ECONNRESET' || resets > MOST_RESETS) throw error;
    send(one);
  });
  sent.end();
}

for (let lane = 0; lane < inFlight; lane += 1) sendNext();
