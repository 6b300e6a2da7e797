-- Addresses and IP ACLs, with the outcome of src/keys/address.ts and ip-acl.ts: sorted, disjoint ranges
-- of each family, compiled once and matched by binary search. An address is read by libc's inet_pton,
-- which is as strict (and inet_ntop, which writes ::/96 with a dotted tail).

local ffi = require 'ffi'
local bit = require 'bit'

ffi.cdef [[
int inet_pton(int af, const char *src, void *dst);
const char *inet_ntop(int af, const void *src, char *dst, unsigned int size);
]]

local C = ffi.C
local find = string.find
local AF_INET, AF_INET6 = 2, 10
local TEXT_BYTES = 46

local bytes = ffi.new('uint8_t[16]')
local text_buffer = ffi.new('char[?]', TEXT_BYTES)

local M = {}

local function word(at)
  return ((bytes[at] * 256 + bytes[at + 1]) * 256 + bytes[at + 2]) * 256 + bytes[at + 3]
end

-- The words of an address, most significant first (one, or four), and its canonical text; or nil. One
-- that is mapped is IPv4.
function M.parse(text)
  if type(text) ~= 'string' then return nil end
  if not find(text, ':', 1, true) then
    if C.inet_pton(AF_INET, text, bytes) ~= 1 then return nil end
    return { word(0) }, text
  end
  if C.inet_pton(AF_INET6, text, bytes) ~= 1 then return nil end
  local words = { word(0), word(4), word(8), word(12) }
  if words[1] == 0 and words[2] == 0 and words[3] == 0xffff then
    return { words[4] }, ffi.string(C.inet_ntop(AF_INET, bytes + 12, text_buffer, TEXT_BYTES))
  end
  return words, ffi.string(C.inet_ntop(AF_INET6, bytes, text_buffer, TEXT_BYTES))
end

-- What every Worker on Cloudflare can call from: on no list.
local SHARED = M.parse('2a06:98c0:3600::103')

local function compare(a, b, from)
  for i = 1, #a do
    local difference = a[i] - b[from + i]
    if difference ~= 0 then return difference end
  end
  return 0
end

local function last_of(words, prefix)
  local last = {}
  for i = 1, #words do
    local kept = math.min(math.max(prefix - 32 * (i - 1), 0), 32)
    last[i] = words[i] + 2 ^ (32 - kept) - 1
  end
  return last
end

-- Canonical CIDR entries to flat lists by the number of words: the first address, then the last.
function M.compile(entries)
  local ranges = { [1] = {}, [4] = {} }
  for _, entry in ipairs(entries) do
    local text, prefix = entry:match('^([^/]+)/(%d+)$')
    local words = assert(M.parse(text), entry)
    table.insert(ranges[#words], { first = words, last = last_of(words, tonumber(prefix)) })
  end
  local acl = { empty = #entries == 0 }
  for width, list in pairs(ranges) do
    table.sort(list, function(a, b)
      local order = compare(a.first, b.first, 0)
      if order == 0 then order = compare(b.last, a.last, 0) end
      return order < 0
    end)
    local flat, before = {}, nil
    for _, range in ipairs(list) do
      -- Networks are apart or one within the other, the wider first: what lies within is left out.
      if before == nil or compare(range.first, before.last, 0) > 0 then
        for _, value in ipairs(range.first) do flat[#flat + 1] = value end
        for _, value in ipairs(range.last) do flat[#flat + 1] = value end
        before = range
      end
    end
    acl[width] = flat
  end
  return acl
end

function M.matches(acl, words)
  local width = #words
  local ranges = acl[width]
  local low, high = 0, #ranges / (2 * width)
  while low < high do
    local middle = bit.rshift(low + high, 1)
    local at = middle * 2 * width
    if compare(words, ranges, at) < 0 then
      high = middle
    elseif compare(words, ranges, at + width) > 0 then
      low = middle + 1
    else
      return width == 1 or compare(words, SHARED, 0) ~= 0
    end
  end
  return false
end

return M
