-- The check of the gateway's data plane in nginx's access phase, as one would write it for speed: what
-- nginx does by itself (the headers of a fixed name, the request id) stands in the configuration.

local lrucache = require 'resty.lrucache'
local address = require 'address'
local token = require 'token'

local find, sub = string.find, string.sub
local re_find = ngx.re.find
local get_headers, clear_header = ngx.req.get_headers, ngx.req.clear_header

local SCHEME = [[^(?:bearer[ \t]+token|bearer|token)(?:[ \t]+|$)]]
local PREFIXES = { 'x-portal-', 'x-forwarded-', 'cf-' }
local CACHED_RECORDS = 10000
local RECORD_SECONDS = 30
local REMEMBERED_NAMES = 1000

local M = {}
local prefix, ring, assertion
local records = assert(lrucache.new(CACHED_RECORDS))

-- Whether a header of the client stays out by the beginning of its name. Remembered, since every
-- request has the same few names.
local verdicts, remembered = {}, 0
local function is_removed(name)
  local removed = verdicts[name]
  if removed ~= nil then return removed end
  removed = false
  for _, start in ipairs(PREFIXES) do
    if sub(name, 1, #start) == start then removed = true end
  end
  if remembered < REMEMBERED_NAMES then
    verdicts[name] = removed
    remembered = remembered + 1
  end
  return removed
end

-- In the master, before it forks. `stored`: records by lookup id.
function M.start(settings)
  prefix = settings.prefix
  ring = token.import_ring(prefix, settings.ring)
  assertion = settings.assertion
  for lookup_id, record in pairs(settings.records) do
    assert(ngx.shared.records:set(lookup_id, record))
  end
end

-- "key id, account id, status, mode, ACL entries …", parted by spaces.
local function decode(text)
  local words = {}
  for word in text:gmatch('%S+') do words[#words + 1] = word end
  return {
    key_id = words[1],
    account_id = words[2],
    status = words[3],
    mode = words[4],
    acl = address.compile({ unpack(words, 5) }),
    assertion = assertion,
  }
end

local function read_record(lookup_id)
  local record = records:get(lookup_id)
  if record ~= nil then return record end
  local text = ngx.shared.records:get(lookup_id)
  if text == nil then return nil end
  record = decode(text)
  records:set(lookup_id, record, RECORD_SECONDS)
  return record
end

-- The token as presented, or nil and why not. A repeated header is a table.
local function extract_credential(headers)
  local authorization, api_key = headers['authorization'], headers['x-api-key']
  if authorization == nil then
    if api_key == nil then return nil, 'credential_missing' end
    if type(api_key) == 'table' or find(api_key, ',', 1, true) then
      return nil, 'credential_ambiguous'
    end
    return api_key
  end
  if api_key ~= nil or type(authorization) == 'table' or find(authorization, ',', 1, true) then
    return nil, 'credential_ambiguous'
  end
  local from, to = re_find(authorization, SCHEME, 'ijo')
  if from == nil then return nil, 'credential_missing' end
  return sub(authorization, to + 1)
end

local PROBLEMS = {
  credential_missing = { 401, 'API key missing', 'The request carries no API key.' },
  credential_ambiguous = { 400, 'More than one credential', 'Send the API key once, in one header.' },
  key_invalid = { 401, 'API key invalid', 'This is not an API key of this service.' },
  key_revoked = { 401, 'API key deleted', 'This API key was deleted.' },
  account_inactive = { 403, 'Account not active', 'The account of this API key is not active.' },
  ip_denied = { 403, 'Client address not allowed', 'The client address is not on the IP ACL.' },
}

local function refuse(code)
  local status, title, detail = unpack(PROBLEMS[code])
  local body = '{"type":"/admin/errors/' .. code .. '","title":"' .. title
    .. '","status":' .. status .. ',"detail":"' .. detail .. '","code":"' .. code
    .. '","request_id":"' .. ngx.var.portal_request_id .. '"}'
  local header = ngx.header
  ngx.status = status
  header['Content-Type'] = 'application/problem+json'
  header['Content-Length'] = #body
  header['Cache-Control'] = 'no-store'
  header['Access-Control-Allow-Origin'] = '*'
  header['Access-Control-Expose-Headers'] = 'X-Request-Id, Retry-After, WWW-Authenticate'
  if status == 401 then
    header['WWW-Authenticate'] = 'Bearer realm="Portal API", Token realm="Portal API"'
  end
  ngx.print(body)
  return ngx.exit(status)
end

local function clear_named_by_connection(connection)
  if type(connection) == 'table' then connection = table.concat(connection, ',') end
  for name in connection:gmatch('[^,%s]+') do clear_header(name) end
end

local function clear_headers(headers)
  for name in pairs(headers) do
    if is_removed(name) then clear_header(name) end
  end
  local connection = headers['connection']
  if connection ~= nil and connection ~= 'keep-alive' then clear_named_by_connection(connection) end
  local cookie = headers['cookie']
  if type(cookie) == 'string' and find(cookie, 'portal_session', 1, true) then
    local rest = ngx.re.gsub(cookie, [[(?:^|[;,])\s*(?:__Host-)?portal_session\s*=[^;,]*]], '', 'jo')
    ngx.req.set_header('Cookie', (ngx.re.sub(rest, [[^[;,\s]+]], '', 'jo')))
  end
end

function M.access()
  local headers = setmetatable(get_headers(0), nil) -- all of them; names are in lower case
  local credential, fault = extract_credential(headers)
  if credential == nil then return refuse(fault) end
  local lookup_id = token.verify(prefix, ring, credential)
  if lookup_id == nil then return refuse('key_invalid') end
  local record = read_record(lookup_id)
  if record == nil then return refuse('key_revoked') end
  if record.status ~= 'active' then return refuse('account_inactive') end
  local words, client_ip = address.parse(headers['cf-connecting-ip'])
  if not record.acl.empty and record.mode ~= 'report' then
    if words == nil or not address.matches(record.acl, words) then return refuse('ip_denied') end
  end

  clear_headers(headers)
  local var = ngx.var
  var.portal_account = record.account_id
  var.portal_key = record.key_id
  var.portal_assertion = record.assertion
  var.portal_client_ip = client_ip or ''
end

return M
