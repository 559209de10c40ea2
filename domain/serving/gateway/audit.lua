-- Records SHA-256 and completeness of both bodies of an invocation, chunk by chunk as they pass.
-- The renderer sets CONTENT ("none", "hash" or "full") and OUTPUT_BYTES in front of this text.
-- What is known is written after every chunk: no code runs when a caller hangs up.

local bit = require("bit")
local band, bnot, bxor, lshift, rshift, ror = bit.band, bit.bnot, bit.bxor, bit.lshift, bit.rshift, bit.ror
local bor, tobit, tohex = bit.bor, bit.tobit, bit.tohex
local byte, char, find, rep, sub = string.byte, string.char, string.find, string.rep, string.sub

-- FIPS 180-4, 4.2.2.
local K = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}
for i = 1, 64 do K[i] = tobit(K[i]) end

local W = {}

-- Adds the 64 bytes of `text` from `start` on to the state `H`.
local function compress(H, text, start)
  for i = 1, 16 do
    local at = start + (i - 1) * 4
    local b1, b2, b3, b4 = byte(text, at, at + 3)
    W[i] = bor(lshift(b1, 24), lshift(b2, 16), lshift(b3, 8), b4)
  end
  for i = 17, 64 do
    local x, y = W[i - 15], W[i - 2]
    local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
    local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
    W[i] = tobit(W[i - 16] + s0 + W[i - 7] + s1)
  end
  local a, b, c, d, e, f, g, h = H[1], H[2], H[3], H[4], H[5], H[6], H[7], H[8]
  for i = 1, 64 do
    local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
    local t1 = tobit(h + s1 + bxor(band(e, f), band(bnot(e), g)) + K[i] + W[i])
    local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
    local t2 = tobit(s0 + bxor(band(a, b), band(a, c), band(b, c)))
    h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
  end
  H[1], H[2], H[3], H[4] = tobit(H[1] + a), tobit(H[2] + b), tobit(H[3] + c), tobit(H[4] + d)
  H[5], H[6], H[7], H[8] = tobit(H[5] + e), tobit(H[6] + f), tobit(H[7] + g), tobit(H[8] + h)
end

local function new_hash()
  return {
    H = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 },
    rest = "",
    length = 0,
  }
end

local function add(hash, text)
  hash.length = hash.length + #text
  text = hash.rest .. text
  local whole = #text - #text % 64
  for start = 1, whole, 64 do compress(hash.H, text, start) end
  hash.rest = sub(text, whole + 1)
end

local function big_endian(number)
  local parts = {}
  for i = 8, 1, -1 do
    parts[i] = char(number % 256)
    number = math.floor(number / 256)
  end
  return table.concat(parts)
end

-- The digest of what was added so far; more may be added afterwards.
local function digest(hash)
  local H = {}
  for i = 1, 8 do H[i] = hash.H[i] end
  local padding = "\128" .. rep("\0", (55 - hash.length) % 64)
  local tail = hash.rest .. padding .. big_endian(hash.length * 8)
  for start = 1, #tail, 64 do compress(H, tail, start) end
  for i = 1, 8 do H[i] = tohex(H[i]) end
  return table.concat(H)
end

local function is_text(headers)
  local kind = headers:get("content-type") or ""
  return find(kind, "^text/") ~= nil or find(kind, "json", 1, true) ~= nil
end

-- In place of what is no UTF-8, and of NUL, where Envoy would end the text.
local UNKNOWN = "\239\191\189"

-- Surrogates, overlong forms and what is beyond U+10FFFF look like characters, and are none.
local function is_utf8(whole)
  local first, second = byte(whole, 1, 2)
  if not find(whole, "^.[\128-\191]+$") then return false end
  return not (first == 224 and second < 160 or first == 237 and second > 159
    or first == 240 and second < 144 or first == 244 and second > 143)
end

-- The character at `at` and the bytes it takes there; nothing if the text ends within it.
local function character(text, at)
  local code = byte(text, at)
  if code == 0 then return UNKNOWN, 1 end
  if code < 128 then return char(code), 1 end
  if code < 194 or code > 244 then return UNKNOWN, 1 end
  local size = code >= 240 and 4 or code >= 224 and 3 or 2
  if at + size - 1 > #text then return nil end
  local whole = sub(text, at, at + size - 1)
  if is_utf8(whole) then return whole, size end
  return UNKNOWN, 1
end

-- Bytes that Envoy writes for it in a line of JSON.
local function written(whole)
  local code = byte(whole)
  if code == 34 or code == 92 or code == 10 then return 2 end
  return code < 32 and 6 or #whole
end

-- Splits a text after the last character that fits into `room` bytes of a line of JSON.
local function fit(text, room)
  local parts, at = {}, 1
  while at <= #text do
    local whole, size = character(text, at)
    if not whole then return table.concat(parts), sub(text, at), room end
    if written(whole) > room then return table.concat(parts), "", 0 end
    parts[#parts + 1] = whole
    at, room = at + size, room - written(whole)
  end
  return table.concat(parts), "", room
end

local function observe(handle, body, keeps_output)
  -- Fetched anew each time: what Envoy hands out is valid until the next chunk only.
  local function note(key, value)
    handle:streamInfo():dynamicMetadata():set("audit", body .. "_" .. key, value)
  end
  local hash = CONTENT ~= "none" and new_hash() or nil
  local output, rest, room = "", "", OUTPUT_BYTES
  if hash then note("sha256", digest(hash)) end
  note("complete", false)
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    if hash and length > 0 then
      local text = chunk:getBytes(0, length)
      add(hash, text)
      note("sha256", digest(hash))
      if keeps_output and room > 0 then
        local kept
        kept, rest, room = fit(rest .. text, room)
        output = output .. kept
        note("output", output)
      end
    end
  end
  note("complete", true)
end

function envoy_on_request(handle)
  observe(handle, "request", false)
end

function envoy_on_response(handle)
  observe(handle, "response", CONTENT == "full" and is_text(handle:headers()))
end
