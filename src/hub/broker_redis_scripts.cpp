// SPDX-License-Identifier: Apache-2.0
#include "hub/broker_redis_scripts.hpp"

#include <string>

namespace longwave::hub {
namespace {

// KEYS: channel, publications, history, ids [, key of this publication]. ARGV[1]: the run of this Redis.
//
// A channel's `top` is the offset of its newest publication, its `low` that of the oldest one in the log.
// What is kept lies in a hash under its offset: "MILLISECONDS ID-SIZE HEAD-SIZE\n", id, head, data; of one
// that was taken out only "MILLISECONDS out" stays as long as it is in the log, so that the gap is told from
// a loss.
constexpr std::string_view common = R"lua(
local channel, kept, history, ids = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local idle = 72 * 3600 * 1000

local function text(number) return string.format('%.0f', number) end

-- The channel as it is. It gets a new epoch when there is none (it is new, or Redis has lost it), and when
-- Redis was started anew: then its newest publications may be lost, and their numbers be given again.
local function open()
  local got = call('HMGET', channel, 'epoch', 'run', 'top', 'low', 'bytes', 'age')
  local c = {epoch = got[1], top = tonumber(got[3] or 0), low = tonumber(got[4] or 1),
             bytes = tonumber(got[5] or 0), age = tonumber(got[6] or idle)}
  if not c.epoch or got[2] ~= ARGV[1] then
    if not c.epoch then call('DEL', kept, history, ids) end
    c.epoch = string.format('%x%05x', clock[1], clock[2])
    call('HSET', channel, 'epoch', c.epoch, 'run', ARGV[1])
  end
  call('PEXPIRE', channel, text(math.max(idle, c.age)))
  if c.bytes > 0 and call('EXISTS', kept) == 0 then c.bytes = 0 end
  return c
end

local function forget(c, offset)
  local entry = call('HGET', kept, text(offset))
  if not entry then return end
  call('HDEL', kept, text(offset))
  c.bytes = c.bytes - #entry
  local size, at = string.match(entry, '^%d+ (%d+) %d+\n()')
  if not size or size == '0' then return end
  local id = string.sub(entry, at, at + size - 1)
  if call('HGET', ids, id) == text(offset) then call('HDEL', ids, id) end
end

local function in_history(offset) return call('ZSCORE', history, text(offset)) end

local function oldest_of_history()
  local first = call('ZRANGE', history, 0, 0)[1]
  return first and tonumber(first)
end

local function drop_from_history(c, offset)
  call('ZREM', history, text(offset))
  if offset < c.low then forget(c, offset) end
end

local function drop_from_log(c)
  if not in_history(c.low) then forget(c, c.low) end
  c.low = c.low + 1
end

local function older(c, offset, age)
  local entry = call('HGET', kept, text(offset))
  return not entry or tonumber(string.match(entry, '^%d+')) < now - age
end

local function trim(c, log, size, age, bytes)
  while c.low <= c.top and (c.low <= c.top - log or older(c, c.low, age)) do drop_from_log(c) end
  local excess = call('ZCARD', history) - size
  if excess > 0 then
    for _, offset in ipairs(call('ZRANGE', history, 0, excess - 1)) do drop_from_history(c, tonumber(offset)) end
  end
  local first = oldest_of_history()
  while first and older(c, first, age) do
    drop_from_history(c, first)
    first = oldest_of_history()
  end
  while c.bytes > bytes and (c.low <= c.top or first) do
    if first and first <= c.low then call('ZREM', history, text(first)) end
    if first and first < c.low then forget(c, first) else drop_from_log(c) end
    first = oldest_of_history()
  end
end

local function save(c)
  call('HSET', channel, 'top', text(c.top), 'low', text(c.low), 'bytes', text(c.bytes), 'age', text(c.age))
  local life = text(math.max(c.age, 1000))
  call('PEXPIRE', kept, life)
  call('PEXPIRE', history, life)
  call('PEXPIRE', ids, life)
end

local function first_time()
  local known = KEYS[5] and call('GET', KEYS[5])
  if not known then return nil end
  local offset, epoch, id = string.match(known, '^(%d+) (%S+) (.*)$')
  return {'repeated', offset, epoch, id}
end

-- p: pubsub, log, history, age, bytes, remember, index, id, head, data, key_age
local function append(c, p)
  c.top = c.top + 1
  local offset = text(c.top)
  local entry = text(now) .. ' ' .. #p.id .. ' ' .. #p.head .. '\n' .. p.id .. p.head .. p.data
  call('HSET', kept, offset, entry)
  c.bytes = c.bytes + #entry
  if p.index and p.id ~= '' then call('HSET', ids, p.id, offset) end
  if p.remember and p.history > 0 then call('ZADD', history, offset, offset) end
  local age = math.min(c.age, p.age)  -- what was too old before doesn't come back with a longer age
  c.age = p.age
  trim(c, p.log, p.history, age, p.bytes)
  save(c)
  if KEYS[5] then call('SET', KEYS[5], offset .. ' ' .. c.epoch .. ' ' .. p.id, 'PX', p.key_age) end
  call('PUBLISH', p.pubsub, 'm ' .. offset .. ' ' .. c.epoch .. ' ' .. entry)
  return {'published', offset, c.epoch, p.id}
end

local function publication()
  return {pubsub = ARGV[2], log = tonumber(ARGV[3]), history = tonumber(ARGV[4]), age = tonumber(ARGV[5]),
          bytes = tonumber(ARGV[6]), key_age = ARGV[7], remember = ARGV[8] == '1', index = ARGV[9] == '1',
          id = ARGV[10], head = ARGV[11], data = ARGV[12]}
end
)lua";

constexpr std::string_view publish_text = R"lua(
return first_time() or append(open(), publication())
)lua";

// ARGV[13]: the id of the message, ARGV[14]: "replace" or "out", ARGV[15]: the data.
constexpr std::string_view change_text = R"lua(
local known = first_time()
if known then return known end
local c = open()
local offset = call('HGET', ids, ARGV[13])
local entry = offset and call('HGET', kept, offset)
if entry and older(c, tonumber(offset), c.age) then entry = nil end
local at, id_size, head_size, rest = string.match(entry or '', '^(%d+) (%d+) (%d+)\n()')
if not at then return {'not_found'} end
local head_end = rest + id_size + head_size - 1
local fresh = string.sub(entry, 1, head_end) .. ARGV[15]
if ARGV[14] == 'out' then
  fresh = at .. ' out'
  call('ZREM', history, offset)
  call('HDEL', ids, ARGV[13])
end
if ARGV[14] == 'out' and tonumber(offset) < c.low then
  call('HDEL', kept, offset)
  fresh = ''
else
  call('HSET', kept, offset, fresh)
end
c.bytes = c.bytes + #fresh - #entry
return append(c, publication())
)lua";

// ARGV: run, "log", "history" or "none", offset ("" without a position), epoch, limit (0: all), "newest" or
// "".
constexpr std::string_view history_text = R"lua(
local c = open()
local since = tonumber(ARGV[3])
local comparable = not since or ARGV[4] == c.epoch
local first, complete = c.low, false
if since and comparable and since <= c.top then complete = since + 1 >= c.low end
local answer = {c.epoch, text(c.top), 0}
if ARGV[2] == 'none' or not comparable then return answer end
local offsets = {}
if ARGV[2] == 'log' then
  for offset = math.max(first, (since or 0) + 1), c.top do offsets[#offsets + 1] = text(offset) end
else
  offsets = call('ZRANGEBYSCORE', history, '(' .. text(since or 0), '+inf')
end
local found = {}
for from = 1, #offsets, 200 do
  local some = {unpack(offsets, from, math.min(from + 199, #offsets))}
  for i, entry in ipairs(call('HMGET', kept, unpack(some))) do
    if not entry or tonumber(string.match(entry, '^%d+')) < now - c.age then
      if ARGV[2] == 'log' then complete = false end
    elseif string.find(entry, '\n', 1, true) then
      found[#found + 1] = {some[i], entry}
    end
  end
end
local limit, step, at = tonumber(ARGV[5]), 1, 1
if limit == 0 then limit = #found end
if ARGV[6] == 'newest' then step, at = -1, #found end
while limit > 0 and found[at] do
  answer[#answer + 1] = found[at][1]
  answer[#answer + 1] = found[at][2]
  limit, at = limit - 1, at + step
end
answer[3] = complete and 1 or 0
return answer
)lua";

// ARGV[2]: the id.
constexpr std::string_view find_text = R"lua(
local c = open()
local offset = call('HGET', ids, ARGV[2])
if not offset or older(c, tonumber(offset), c.age) then return {} end
return {c.epoch, offset, call('HGET', kept, offset)}
)lua";

// KEYS: rows, when they run out, nodes of each person, counts, order of names, those gone that nobody was
// told of. A row's field is NODE:KEY; NODE: alone counts the node's strangers. A row is "CONNECTIONS
// SORT-SIZE\n", what it is sorted by, JSON.
constexpr std::string_view people = R"lua(
local rows, ends, nodes, counts, order, unsaid = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function parts(row)
  local connections, size, at = string.match(row, '^(%d+) (%d+)\n()')
  return tonumber(connections), string.sub(row, at, at + size - 1), string.sub(row, at + size)
end

local function split(field) return string.match(field, '^([^:]*):(.*)$') end

-- True if that was the last row of its person.
local function take_away(field, row)
  local connections, sort = parts(row)
  local node, key = split(field)
  call('HDEL', rows, field)
  call('ZREM', ends, field)
  if key == '' then
    call('HINCRBY', counts, 'strangers', -connections)
    return false
  end
  call('HINCRBY', counts, 'connections', -connections)
  call('ZREM', order, sort .. '\0' .. field)
  local left = {}
  for other in string.gmatch(call('HGET', nodes, key) or '', '%S+') do
    if other ~= node then left[#left + 1] = other end
  end
  if #left > 0 then
    call('HSET', nodes, key, table.concat(left, ' '))
    return false
  end
  call('HDEL', nodes, key)
  return true
end

local function expire(gone)
  local expired = call('ZRANGEBYSCORE', ends, '-inf', string.format('%.0f', now - 1))
  for _, field in ipairs(expired) do
    local row = call('HGET', rows, field)
    if row and take_away(field, row) then gone[#gone + 1] = field .. '\0' .. row end
  end
  return #expired > 0
end
)lua";

// ARGV: node, pub/sub channel, life of a row in ms, strangers ("" to leave them), then key, connections,
// sort, JSON of each row. Answers fields and rows that came, then those gone.
constexpr std::string_view present_text = R"lua(
local node, life = ARGV[1], tonumber(ARGV[3])
local came, gone = {}, call('LRANGE', unsaid, 0, -1)
call('DEL', unsaid)
local changed = false
local function set(key, connections, sort, json)
  local field = node .. ':' .. key
  local before = call('HGET', rows, field)
  if connections == 0 then
    if not before then return end
    changed = true
    if take_away(field, before) then gone[#gone + 1] = field .. '\0' .. before end
    return
  end
  call('ZADD', ends, string.format('%.0f', now + life), field)
  local row = connections .. ' ' .. #sort .. '\n' .. sort .. json
  if row == before then return end
  changed = true
  local had, old_sort = 0, nil
  if before then had, old_sort = parts(before) end
  call('HSET', rows, field, row)
  call('HINCRBY', counts, key == '' and 'strangers' or 'connections', connections - had)
  if key == '' then return end
  if before and old_sort ~= sort then call('ZREM', order, old_sort .. '\0' .. field) end
  call('ZADD', order, 0, sort .. '\0' .. field)
  if before then return end
  local others = call('HGET', nodes, key)
  call('HSET', nodes, key, others and others .. ' ' .. node or node)
  if not others then came[#came + 1] = field .. '\0' .. row end
end
if ARGV[4] ~= '' then set('', tonumber(ARGV[4]), '', '') end
for i = 5, #ARGV, 4 do set(ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]) end
changed = expire(gone) or changed
for _, key in ipairs(KEYS) do call('PEXPIRE', key, life * 2) end
if changed then call('PUBLISH', ARGV[2], 'p ' .. node) end
return {came, gone}
)lua";

// ARGV: pub/sub channel, life of a row in ms, most rows. Answers people, their connections, strangers, then
// field and row of each row.
constexpr std::string_view presence_text = R"lua(
local gone = {}
if expire(gone) then call('PUBLISH', ARGV[1], 'p ') end
for _, one in ipairs(gone) do call('RPUSH', unsaid, one) end
if #gone > 0 then call('PEXPIRE', unsaid, ARGV[2] * 2) end
local answer = {call('HLEN', nodes), tonumber(call('HGET', counts, 'connections') or 0),
                tonumber(call('HGET', counts, 'strangers') or 0)}
local most, seen, from = tonumber(ARGV[3]), {}, 0
local people = 0
while people < most do
  local some = call('ZRANGE', order, from, from + 99)
  if #some == 0 then break end
  from = from + #some
  for _, member in ipairs(some) do
    local _, key = split(string.sub(member, string.find(member, '\0', 1, true) + 1))
    if people < most and not seen[key] then
      seen[key] = true
      people = people + 1
      for node in string.gmatch(call('HGET', nodes, key) or '', '%S+') do
        local field = node .. ':' .. key
        answer[#answer + 1] = field
        answer[#answer + 1] = call('HGET', rows, field)
      end
    end
  end
end
return answer
)lua";

// KEYS: state of a user. ARGV: life in ms, public keys as JSON ("" to leave them), number of fresh pairs,
// those pairs, other pairs. Answers the keys that changed, then every field and value.
constexpr std::string_view state_text = R"lua(
local state, call = KEYS[1], redis.call
local fresh = tonumber(ARGV[3])
local known = call('EXISTS', state) == 1
local before, keys = {}, {}
local function set(from, to)
  for i = from, to, 2 do
    local key, field = ARGV[i], 'value:' .. ARGV[i]
    local old = call('HGET', state, field)
    if before[key] == nil then
      before[key] = old
      keys[#keys + 1] = key
    end
    if old ~= ARGV[i + 1] then call('HSET', state, field, ARGV[i + 1]) end
  end
end
if not known then set(4, 3 + fresh * 2) end
set(4 + fresh * 2, #ARGV)
local changed = {}
for _, key in ipairs(keys) do
  if before[key] ~= call('HGET', state, 'value:' .. key) then changed[#changed + 1] = key end
end
if ARGV[2] ~= '' then call('HSET', state, 'public', ARGV[2]) end
call('HINCRBY', state, 'version', 1)
call('PEXPIRE', state, ARGV[1])
return {changed, call('HGETALL', state)}
)lua";

std::string joined(std::string_view before, std::string_view text) {
  return std::string(before) + std::string(text);
}

}  // namespace

RedisScripts::RedisScripts()
    : publish(joined(common, publish_text)),
      change(joined(common, change_text)),
      history(joined(common, history_text)),
      find(joined(common, find_text)),
      present(joined(people, present_text)),
      presence(joined(people, presence_text)),
      state(state_text) {}

std::vector<const redis::Script*> RedisScripts::all() const {
  return {&publish, &change, &history, &find, &present, &presence, &state};
}

}  // namespace longwave::hub
