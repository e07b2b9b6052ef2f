// node server.js HOST PORT: a small ActivityPub server on Fedify, and what the test asks of it:
//
//   POST /do/{follow,note,edit,prove,move…}  {by, …}    see acts.js
//   GET  /seen                                          all that arrived, oldest first
//   GET  /look?by=NAME&at=ADDRESS                       a profile elsewhere, as Fedify reads it

import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

import * as acts from "./acts.js";
import { profile } from "./describe.js";
import { makeFederation, person, seen } from "./federation.js";

const [host, port] = process.argv.slice(2);
const base = `http://${host}:${port}`;
const federation = makeFederation(base);

async function asked(request) {
  const url = new URL(request.url);
  const ctx = federation.createContext(request, undefined);
  if (url.pathname === "/seen") return Response.json(seen);
  if (url.pathname === "/look") {
    const by = url.searchParams.get("by");
    person(by);
    return Response.json(await profile(ctx, await acts.look(ctx, by, url.searchParams.get("at"))));
  }
  const act = url.pathname.match(/^\/do\/([a-z]+)$/)?.[1];
  if (act !== undefined && request.method === "POST") {
    const { by, ...rest } = await request.json();
    person(by);
    return Response.json(await acts[act](ctx, by, rest));
  }
  return federation.fetch(request, { contextData: undefined });
}

createServer(async (incoming, outgoing) => {
  const bodyless = incoming.method === "GET" || incoming.method === "HEAD";
  const request = new Request(new URL(incoming.url, base), {
    method: incoming.method,
    headers: Object.entries(incoming.headersDistinct)
      .flatMap(([name, values]) => values.map((value) => [name, value])),
    body: bodyless ? undefined : await buffer(incoming),
  });
  const response = await asked(request).catch((fault) => {
    console.error(fault);
    return new Response(String(fault), { status: 500 });
  });
  const dialect = "signature-input" in incoming.headers ? "rfc9421" : "signature" in incoming.headers ? "cavage" : "";
  console.log(incoming.method, incoming.url, response.status, dialect);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}).listen(Number(port), host);
