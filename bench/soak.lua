-- For wrk: requests with the tokens of a file, one a line, in turn.

local tokens = {}
local last = 0

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
end

function request()
  last = last % #tokens + 1
  return wrk.format('GET', nil, {
    ['Authorization'] = 'Token ' .. tokens[last],
    ['CF-Connecting-IP'] = '192.0.2.1',
  })
end
