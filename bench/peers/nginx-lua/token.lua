-- Access tokens of the gateway, verified as src/keys/token.ts does: 43 base62 digits that carry 24
-- random bytes and a tag of 8. Debian's Lua module has no HMAC-SHA-256, so it is OpenSSL's, by FFI,
-- with one context a key, which keeps the key's schedule.

local ffi = require 'ffi'
local bit = require 'bit'

ffi.cdef [[
typedef struct hmac_ctx_st HMAC_CTX;
typedef struct evp_md_st EVP_MD;
HMAC_CTX *HMAC_CTX_new(void);
const EVP_MD *EVP_sha256(void);
int HMAC_Init_ex(HMAC_CTX *ctx, const void *key, int len, const EVP_MD *md, void *engine);
int HMAC_Update(HMAC_CTX *ctx, const unsigned char *data, size_t len);
int HMAC_Final(HMAC_CTX *ctx, unsigned char *md, unsigned int *len);
]]

local C = ffi.C
local byte, sub = string.byte, string.sub
local bor, bxor, rshift = bit.bor, bit.bxor, bit.rshift
local floor = math.floor

local DIGITS = 43
local LIMBS = 11 -- 24 bits each
local LIMB, PER_LIMB = 2 ^ 24, 2 ^ -24
local STEP = 62 ^ 4 -- four digits at a time: less than a limb, so all stays below 2^53
local RANDOM_BYTES = 24
local TAG_BYTES = 8
local LOOKUP_BYTES = 24

local value_of = ffi.new('int8_t[256]')
ffi.fill(value_of, 256, -1)
local digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
for i = 1, #digits do value_of[byte(digits, i)] = i - 1 end

-- Used by one request at a time: none of this waits.
local limbs = ffi.new('double[?]', LIMBS)
local body = ffi.new('uint8_t[32]')
local mac = ffi.new('uint8_t[32]')

local M = {}

-- A context for each key of the ring, with the bytes of the token that it signs: { A = '32 bytes' }.
function M.import_ring(prefix, keys)
  local ring = {}
  for id, key in pairs(keys) do
    local context = C.HMAC_CTX_new()
    assert(C.HMAC_Init_ex(context, key, #key, C.EVP_sha256(), nil) == 1)
    ring[id] = { context = context, head = prefix .. id }
  end
  return ring
end

-- The 43 digits from `start` into `body`; false for another character or 2^256 and above.
local function decode(text, start)
  ffi.fill(limbs, 8 * LIMBS)
  local a, b, c, d = byte(text, start, start + 2)
  a, b, c = value_of[a], value_of[b], value_of[c]
  if bor(a, b, c) < 0 then return false end
  limbs[0] = (a * 62 + b) * 62 + c
  for at = start + 3, start + DIGITS - 1, 4 do
    a, b, c, d = byte(text, at, at + 3)
    a, b, c, d = value_of[a], value_of[b], value_of[c], value_of[d]
    if bor(a, b, c, d) < 0 then return false end
    local carry = ((a * 62 + b) * 62 + c) * 62 + d
    for i = 0, LIMBS - 1 do
      local sum = limbs[i] * STEP + carry
      carry = floor(sum * PER_LIMB)
      limbs[i] = sum - carry * LIMB
    end
  end
  if limbs[LIMBS - 1] > 0xffff then return false end
  for i = 0, 9 do
    local limb, to = limbs[i], 31 - 3 * i
    body[to] = limb % 256
    body[to - 1] = rshift(limb, 8) % 256
    body[to - 2] = rshift(limb, 16)
  end
  body[1] = limbs[10] % 256
  body[0] = rshift(limbs[10], 8)
  return true
end

-- The lookup id (24 bytes) of a token that this ring issued; nil for one that is malformed or forged.
function M.verify(prefix, ring, token)
  local head_length = #prefix + 1
  if #token ~= head_length + DIGITS or sub(token, 1, #prefix) ~= prefix then return nil end
  local key = ring[sub(token, head_length, head_length)]
  if key == nil or not decode(token, head_length + 1) then return nil end

  local context = key.context
  C.HMAC_Init_ex(context, nil, 0, nil, nil)
  C.HMAC_Update(context, key.head, head_length)
  C.HMAC_Update(context, body, RANDOM_BYTES)
  C.HMAC_Final(context, mac, nil)
  local difference = 0
  for i = 0, TAG_BYTES - 1 do
    difference = bor(difference, bxor(mac[i], body[RANDOM_BYTES + i]))
  end
  if difference ~= 0 then return nil end
  return ffi.string(mac + TAG_BYTES, LOOKUP_BYTES)
end

return M
