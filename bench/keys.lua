-- For wrk: requests with the tokens of a file, one a line, in turn. A second argument is the pause of each
-- connection between two requests, in milliseconds on average. At the end: how many answers took how long.

local tokens = {}
local last = 0

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  local pause = tonumber(args[2])
  math.randomseed(os.time())
  last = math.random(#tokens)
  -- As many strangers would come: each pause is drawn anew, and none depends on another.
  if pause then delay = function() return -pause * math.log(1 - math.random()) end end
end

function request()
  last = last % #tokens + 1
  return wrk.format('GET', nil, {
    ['Authorization'] = 'Token ' .. tokens[last],
    ['CF-Connecting-IP'] = '192.0.2.1',
  })
end

-- In steps of a tenth of a millisecond: for each microsecond there would be too many lines.
function done(_, latency)
  local counts = {}
  for i = 1, #latency do
    local microseconds, count = latency(i)
    local step = 100 * math.floor(microseconds / 100)
    counts[step] = (counts[step] or 0) + count
  end
  for step, count in pairs(counts) do io.write('took ', step, ' ', count, '\n') end
end
