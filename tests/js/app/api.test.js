import assert from "node:assert/strict";
import test from "node:test";
import "../alone.js";
import { trouble } from "../../../static/js/app/api.js";
import { asTrouble, chunk } from "../../../static/js/app/upload.js";

test("what an error answer means for the phone", () => {
  const kind = (status, code = "") => trouble(status, { code }).kind;
  assert.equal(kind(0), "offline");
  assert.equal(kind(401), "signed_out");
  assert.equal(kind(401, "locked"), "locked");
  assert.equal(kind(403, "csrf_failed"), "busy");
  assert.equal(kind(403), "signed_out");
  assert.deepEqual([429, 500, 503].map((status) => kind(status)), ["busy", "busy", "busy"]);
  assert.deepEqual([400, 404, 409, 422].map((status) => kind(status)), ["refused", "refused", "refused", "refused"]);
  assert.equal(trouble(503, {}, 30).after, 30);
});

const failed = (status, body = "{}", after = null) =>
  asTrouble({ originalResponse: { getStatus: () => status, getBody: () => body, getHeader: () => after } });

test("an upload whose address is gone begins anew; another failure is told as it is", () => {
  for (const status of [404, 409, 410, 460]) assert.deepEqual([failed(status).kind, failed(status).code], ["busy", "gone"]);
  assert.equal(failed(503, "{}", "7").after, 7);
  assert.equal(failed(413, '{"code": "too_large"}').code, "too_large");
  assert.equal(asTrouble({}).kind, "offline");
});

test("a slow line gets smaller pieces", () => {
  assert.ok(chunk("slow-2g") < chunk("4g"));
  assert.equal(chunk("2g"), 64 * 1024);
  assert.equal(chunk(""), 256 * 1024);
});
