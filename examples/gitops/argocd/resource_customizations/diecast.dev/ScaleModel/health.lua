-- Health of a ScaleModel: Progressing until Ready, Degraded where it cannot become so or its run is not to be trusted.
local hs = { status = "Progressing", message = "the operator has not looked at it yet" }
if obj.status == nil or obj.status.conditions == nil then
  return hs
end
if obj.status.observedGeneration ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  hs.message = "the operator has not seen the newest spec yet"
  return hs
end
local by = {}
for _, condition in ipairs(obj.status.conditions) do
  by[condition.type] = condition
end
local function text(condition)
  return (condition.reason or "") .. ": " .. (condition.message or "")
end
-- What only another spec, or other hosts, can mend.
for _, type in ipairs({ "Accepted", "Placed" }) do
  if by[type] ~= nil and by[type].status == "False" then
    return { status = "Degraded", message = text(by[type]) }
  end
end
if by.Provisioned ~= nil and by.Provisioned.status == "False" and by.Provisioned.reason == "VirtualMachineFailed" then
  return { status = "Degraded", message = text(by.Provisioned) }
end
if by.Faithful ~= nil and by.Faithful.status == "False" then
  return { status = "Degraded", message = text(by.Faithful) }
end
if by.Ready ~= nil and by.Ready.status == "True" then
  return { status = "Healthy", message = by.Ready.message or "" }
end
if by.Ready ~= nil then
  hs.message = text(by.Ready)
end
return hs
