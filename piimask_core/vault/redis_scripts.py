"""What Redis runs for each call of a store, in Lua.

KEYS: the head (a hash), the log (a stream). ARGV begins with the two limits in seconds
and with random digits for the life that is begun where the one there is over. Times are
the server's. A session's log goes by itself some time after it is over, whether asked
or not.
"""

_GIVEN = """
local head, log = KEYS[1], KEYS[2]
local ttl, max_age, random = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local SLACK = 60

local function seconds(n) return string.format('%.6f', n) end

local function begun()
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  return first and first[1] == '0-1' and first[2][2] or ''
end

local function forget()
  local before = redis.call('HGET', head, 'life')
  local number = tonumber(string.sub(before, 1, 8), 16) or 0
  local life = string.format('%08x', number + 1) .. random
  redis.call('DEL', log)
  redis.call('HSET', head, 'life', life, 'mark', '', 'begun', 0,
    'created', seconds(now), 'used', seconds(now))
end

local function times()
  local t = redis.call('HMGET', head, 'created', 'used', 'begun')
  return tonumber(t[1]), tonumber(t[2]), t[3] == '1'
end

local function is_over()
  local created, used, is_begun = times()
  local over = is_begun and (now - used > ttl or now - created > max_age)
  if over then forget() end
  return over
end

local function keep()
  local created, used = times()
  local left = math.min(used + ttl, created + max_age) - now + SLACK
  if left < 1e9 then
    redis.call('PEXPIRE', log, string.format('%.0f', left * 1000))
  end
end

local function told()
  local f = redis.call('HMGET', head, 'epoch', 'life', 'minted', 'mark', 'state',
    'key_id', 'wrapped', 'region', 'created')
  return {f[1], f[2], f[3], f[4], f[5], begun(), f[6], f[7], f[8],
    seconds(math.max(0, now - f[9]))}
end
"""

OPEN = (
    _GIVEN
    + """
if redis.call('EXISTS', head) == 0 then
  if #ARGV == 3 then return false end
  redis.call('DEL', log)
  redis.call('HSET', head, 'epoch', ARGV[4], 'life', ARGV[5], 'minted', ARGV[6],
    'mark', ARGV[7], 'state', ARGV[8], 'begun', 0, 'key_id', ARGV[10],
    'wrapped', ARGV[11], 'region', ARGV[12],
    'created', seconds(now), 'used', seconds(now))
end
local over = is_over()
return {over and 1 or 0, told()}
"""
)
"""ARGV: fresh head. Gives (whether it was over just now, head) or nothing."""

APPEND = (
    _GIVEN
    + """
local at = {unpack(ARGV, 4, 8)}
if redis.call('EXISTS', head) == 0 then return false end
is_over()
local created, used, is_begun = times()
if now - used >= math.min(1, ttl / 100) then
  redis.call('HSET', head, 'used', seconds(now))
  keep()
end
local f = redis.call('HMGET', head, 'epoch', 'life', 'minted', 'mark')
local is_whole = not is_begun or redis.call('EXISTS', log) == 1
if not (is_whole and f[1] == at[1] and f[2] == at[2] and f[3] == at[3]
    and f[4] == at[4]) then
  local first = f[2] == at[2] and math.max(1, tonumber(at[5])) or 1
  return {0, told(), redis.call('XRANGE', log, string.format('%.0f', first), '+')}
end
if #ARGV > 8 then
  local minted, mark, state, data_key, age, other = unpack(ARGV, 9, 14)
  if other ~= '' then
    data_key = data_key ~= '' and data_key or begun()
    redis.call('DEL', log)
    redis.call('HSET', head, 'life', other)
  end
  if data_key ~= '' then
    redis.call('XADD', log, '0-1', 'k', data_key)
    redis.call('HSET', head, 'begun', 1)
    created = now
  end
  for i = 15, #ARGV, 2 do
    redis.call('XADD', log, ARGV[i] .. '-0', 's', ARGV[i + 1])
  end
  if tonumber(age) > 0 then created = math.min(created, now - age) end
  redis.call('HSET', head, 'minted', minted, 'mark', mark, 'state', state,
    'created', seconds(created))
  keep()
end
return {1, told(), {}}
"""
)
"""ARGV: position, addition, its rows. Gives (whether done, head, rows) or nothing."""

FORGET = (
    _GIVEN
    + """
if redis.call('EXISTS', head) == 0 then return false end
is_over()
local count = redis.call('XLEN', log) - (begun() ~= '' and 1 or 0)
forget()
return count
"""
)
"""Gives how many rows there were, or nothing."""

REWRAP = """
if redis.call('HGET', KEYS[1], 'wrapped') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'key_id', ARGV[2], 'wrapped', ARGV[3])
return 1
"""
"""ARGV: the wrapping before, the key's id, the new wrapping. Gives whether done."""
