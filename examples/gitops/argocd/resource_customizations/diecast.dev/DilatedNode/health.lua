-- Health of a DilatedNode: Healthy once it runs, is capped and dilated, and nothing that it sees is false.
local hs = { status = "Progressing", message = "nothing is known of it yet" }
if obj.status == nil or obj.status.conditions == nil then
  return hs
end
local by = {}
for _, condition in ipairs(obj.status.conditions) do
  by[condition.type] = condition
end
local function text(condition)
  return (condition.reason or "") .. ": " .. (condition.message or "")
end
if by.Provisioned ~= nil and by.Provisioned.status == "False" and by.Provisioned.reason == "Failed" then
  return { status = "Degraded", message = text(by.Provisioned) }
end
if by.Faithful ~= nil and by.Faithful.status == "False" then
  return { status = "Degraded", message = text(by.Faithful) }
end
for _, type in ipairs({ "Provisioned", "Capped", "Dilated" }) do
  if by[type] == nil or by[type].status ~= "True" then
    hs.message = by[type] == nil and (type .. " is not known yet") or text(by[type])
    return hs
  end
end
for _, type in ipairs({ "Throttled", "Networked" }) do
  if by[type] ~= nil and by[type].status ~= "True" then
    hs.message = text(by[type])
    return hs
  end
end
return { status = "Healthy", message = "" }
