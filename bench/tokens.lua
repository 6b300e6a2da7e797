-- For wrk: a token for each request, of a file, one a line, or forged. Arguments: the status that each must
-- be answered with, how many, the file if any. Ends with 0 once so many were, with 1 where one was not.

local DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

local wanted, count, tokens
local answered = 0

function init(args)
  wanted, count = tonumber(args[1]), tonumber(args[2])
  if args[3] then tokens = io.lines(args[3]) end
  math.randomseed(os.time())
end

local function forged()
  local digits = {}
  for i = 1, 43 do
    local at = math.random(#DIGITS)
    digits[i] = DIGITS:sub(at, at)
  end
  return 'cpk_A' .. table.concat(digits)
end

function request()
  return wrk.format('GET', nil, {
    ['Authorization'] = 'Token ' .. (tokens and tokens() or forged()),
    ['CF-Connecting-IP'] = '192.0.2.1',
  })
end

function response(status)
  if status ~= wanted then os.exit(1) end
  answered = answered + 1
  if answered >= count then os.exit(0) end
end

function done()
  os.exit(1) -- the time was over before
end
