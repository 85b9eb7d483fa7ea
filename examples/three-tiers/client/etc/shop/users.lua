-- Users of the shop for wrk: each looks, searches, bids, and thinks in between. With the same number all draw the same.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds, nanoseconds; } moment;
  int clock_gettime(int clock, moment *result);
]]
local MONOTONIC = 1
local THINK_LEAST, THINK_MOST = 500, 1500 -- milliseconds

local moment = ffi.new("moment")
local function now()
  ffi.C.clock_gettime(MONOTONIC, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) * 1e-9
end

local threads = {}
function setup(thread)
  table.insert(threads, thread)
  thread:set("user", #threads)
end

function init(arguments)
  math.randomseed(user + 100 * tonumber(arguments[1]))
  latencies, failed = {}, 0
end

function delay()
  return math.random(THINK_LEAST, THINK_MOST)
end

-- Of twenty requests nine show an item, nine search, two bid.
local turn = 0
function request()
  turn = turn + 1
  local kind = (turn * 7 + user) % 20
  local id = math.random(4000)
  local words = string.format("%x", id % 16)
  local path
  if kind < 2 then
    path = "/bid.php?id=" .. id .. "&bidder=" .. user
  elseif kind < 11 then
    path = "/item.php?id=" .. id .. "&words=" .. words .. "&rows=" .. math.random(50, 150)
  else
    path = "/search.php?category=" .. id % 5 .. "&words=" .. words .. "&rows=" .. math.random(50, 200)
  end
  -- Spread evenly, so that a short run has as many dear ones as a long one (an additive recurrence by the golden ratio).
  path = path .. "&rounds=" .. math.floor(2000 + 28000 * ((turn * 0.6180339887 + user * 0.1370) % 1))
  asked = now()
  return wrk.format("GET", path, { ["Accept-Encoding"] = "gzip" })
end

function response(status)
  if status == 200 then
    latencies[#latencies + 1] = now() - asked
  else
    failed = failed + 1
  end
end

function done(summary)
  local file = io.open("/tmp/results.jsonl", "w")
  local answered, failures = 0, 0
  for _, thread in ipairs(threads) do
    failures = failures + thread:get("failed")
    for _, seconds in ipairs(thread:get("latencies")) do
      answered = answered + 1
      file:write(string.format('{"result":"latency","series":"shop","seconds":%.6f}\n', seconds))
    end
  end
  local errors = summary.errors
  -- What took longer than wrk's timeout was answered all the same.
  failures = failures + errors.connect + errors.read + errors.write
  if failures > 0 then
    error(failures .. " requests failed")
  end
  file:write(
    string.format('{"result":"throughput","series":"shop","value":%.4f,"unit":"requests/s"}\n', answered * 1e6 / summary.duration)
  )
  file:close()
end
